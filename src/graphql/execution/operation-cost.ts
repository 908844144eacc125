import { getDirective } from "@graphql-tools/utils";
import {
  DirectiveLocation,
  getNamedType,
  isAbstractType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  isObjectType,
  Kind,
  SchemaMetaFieldDef,
  TypeMetaFieldDef,
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLField,
  type GraphQLNamedType,
  type GraphQLOutputType,
  type GraphQLSchema,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from "graphql";
import { fragmentsOf } from "./fragments.js";

/** The schema's `@listSize`, as IBM's cost specification defines it (ibm.github.io/graphql-specs/cost-spec.html). */
interface ListSize {
  readonly assumedSize: number;
  readonly slicingArguments?: readonly string[] | undefined;
  readonly sizedFields?: readonly string[] | undefined;
}

type Variables = Readonly<Record<string, unknown>>;
type AnyField = GraphQLField<unknown, unknown>;

/** A field's directives. Their definitions in the schema say what they mean. */
interface FieldMarks {
  readonly weight: number;
  readonly listSize: ListSize | undefined;
}

/** So many characters of a description count as one value. */
const descriptionLength = 32;
/** The size of a list without a mark: a field must not be cheap because its mark was forgotten. */
const unknownSize = 100;
/** A field counts once more for each time that its name or alias is this long. */
const nameLength = 32;

/**
 * Tells what an operation costs before it runs: the number of values that its answer can hold. That is its fields,
 * after the expansion of fragments, times the rows that they can return. It is an upper bound, except for the list of
 * all types in introspection, whose types count with the schema's averages.
 */
export class OperationCosts {
  readonly #schema: GraphQLSchema;
  readonly #introspection: IntrospectionSizes;
  /** Read on first use. */
  readonly #marks = new Map<AnyField, FieldMarks>();

  constructor(schema: GraphQLSchema) {
    this.#schema = schema;
    this.#introspection = introspectionSizes(schema);
  }

  /**
   * Linear in the document's size: each fragment is looked at once for each size that its lists may have.
   *
   * @param variables as GraphQL has coerced them. A missing variable counts as the most that it may ask for, so without
   * variables the cost depends on the document alone
   */
  of(document: DocumentNode, operation: OperationDefinitionNode, variables: Variables = {}): number {
    const walk = new Walk(fragmentsOf(document), (type, node, sized) => this.#field(type, node, sized, variables));
    return walk.selectionSet(operation.selectionSet, this.#schema.getRootType(operation.operation) ?? undefined, {});
  }

  #field(parent: GraphQLNamedType | undefined, node: FieldNode, sized: Sized, variables: Variables): FieldCost {
    const nameCost = Math.floor((node.alias ?? node.name).value.length / nameLength);
    const field = this.#fieldOf(parent, node.name.value);
    if (!field) return { own: 1 + nameCost, rows: 1, type: undefined, sized: {} };
    const { weight, listSize } = this.#marksOf(field);
    const own = weight + nameCost;
    const asked = listSize && sizeOf(listSize, field, node, variables);
    const { largest, averages } = this.#introspection;
    const isAllTypes = parent?.name === "__Schema" && field.name === "types";
    // In the list of all types each type counts as average; a single type that a sender picks counts as the largest.
    const below = isAllTypes || sized === averages ? averages : {};
    return {
      own,
      rows: isList(field.type) ? (sized[field.name] ?? asked ?? largest[field.name] ?? unknownSize) : 1,
      type: getNamedType(field.type),
      sized:
        asked === undefined ? below : Object.fromEntries((listSize?.sizedFields ?? []).map((name) => [name, asked])),
    };
  }

  #fieldOf(parent: GraphQLNamedType | undefined, name: string): AnyField | undefined {
    if (name === SchemaMetaFieldDef.name) return SchemaMetaFieldDef;
    if (name === TypeMetaFieldDef.name) return TypeMetaFieldDef;
    return parent && "getFields" in parent ? (parent.getFields()[name] as AnyField | undefined) : undefined;
  }

  #marksOf(field: AnyField): FieldMarks {
    let marks = this.#marks.get(field);
    if (!marks) {
      const [cost] = getDirective(this.#schema, field, "cost") ?? [];
      const [listSize] = getDirective(this.#schema, field, "listSize") ?? [];
      const weight = field.name === "description" ? this.#introspection.descriptionWeight : 1;
      marks = { weight, ...cost, listSize: listSize as ListSize | undefined };
      this.#marks.set(field, marks);
    }
    return marks;
  }
}

/** The sizes of an object's lists, by field, where the field that returned the object sets them. */
type Sized = Readonly<Record<string, number>>;

interface FieldCost {
  /** The cost of the field itself, in each row of its parent. */
  readonly own: number;
  /** How many rows the field returns. */
  readonly rows: number;
  readonly type: GraphQLNamedType | undefined;
  readonly sized: Sized;
}

type CostOfField = (parent: GraphQLNamedType | undefined, node: FieldNode, sized: Sized) => FieldCost;

/** One walk through a document. */
class Walk {
  readonly #fragments: ReadonlyMap<string, FragmentDefinitionNode>;
  readonly #costOf: CostOfField;
  /** Costs of fragments. Without it, fragments that spread others twice each would take exponential time. */
  readonly #known = new Map<string, number>();

  constructor(fragments: ReadonlyMap<string, FragmentDefinitionNode>, costOf: CostOfField) {
    this.#fragments = fragments;
    this.#costOf = costOf;
  }

  selectionSet({ selections }: SelectionSetNode, type: GraphQLNamedType | undefined, sized: Sized): number {
    let sum = 0;
    for (const selection of selections) {
      if (selection.kind === Kind.FIELD) sum += this.#field(selection, type, sized);
      else if (selection.kind === Kind.INLINE_FRAGMENT) sum += this.selectionSet(selection.selectionSet, type, sized);
      else sum += this.#fragment(selection.name.value, type, sized);
    }
    return sum;
  }

  #field(node: FieldNode, parent: GraphQLNamedType | undefined, sizes: Sized): number {
    const { own, rows, type, sized } = this.#costOf(parent, node, sizes);
    if (!node.selectionSet) return own * rows;
    return own + rows * this.selectionSet(node.selectionSet, type, sized);
  }

  #fragment(name: string, type: GraphQLNamedType | undefined, sized: Sized): number {
    const key = `${name} ${type?.name} ${JSON.stringify(sized)}`;
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    this.#known.set(key, 0); // Ends the recursion of a fragment that spreads itself; another rule refuses it.
    const fragment = this.#fragments.get(name);
    const cost = fragment ? this.selectionSet(fragment.selectionSet, type, sized) : 0;
    this.#known.set(key, cost);
    return cost;
  }
}

/** The number of rows that the arguments ask for, where that is known; at most the schema's assumed size. */
function sizeOf(
  { assumedSize, slicingArguments = [] }: ListSize,
  field: AnyField,
  node: FieldNode,
  variables: Variables,
): number {
  const asked = slicingArguments.map((name) => {
    const given = node.arguments?.find((argument) => argument.name.value === name)?.value;
    if (given?.kind === Kind.INT) return Number(given.value);
    if (given?.kind === Kind.LIST) return given.values.length;
    if (given?.kind === Kind.OBJECT) return 1; // GraphQL makes a list of it.
    const value =
      given?.kind === Kind.VARIABLE
        ? variables[given.name.value]
        : field.args.find((argument) => argument.name === name)?.defaultValue;
    if (Array.isArray(value)) return value.length;
    return typeof value === "number" ? value : assumedSize;
  });
  return Math.min(assumedSize, ...asked.map((size) => Math.max(1, size)));
}

function isList(type: GraphQLOutputType): boolean {
  return isListType(isNonNullType(type) ? type.ofType : type);
}

interface IntrospectionSizes {
  /** The sizes of lists, by field. */
  readonly largest: Sized;
  readonly averages: Sized;
  readonly descriptionWeight: number;
}

/** With the averages, the cost of a query for the whole schema is about the number of values in its answer. */
function introspectionSizes(schema: GraphQLSchema): IntrospectionSizes {
  const types = Object.values(schema.getTypeMap());
  const fieldsOf = types.map((type) => (isObjectType(type) ? Object.values(type.getFields()) : []));
  const inputFieldsOf = types.map((type) => (isInputObjectType(type) ? Object.values(type.getFields()) : []));
  const fields = fieldsOf.flat();
  const args = fields.flatMap((field) => field.args);
  const described = [...types, ...fields, ...args, ...inputFieldsOf.flat(), ...schema.getDirectives()];
  const counts = {
    fields: fieldsOf.map(({ length }) => length),
    inputFields: inputFieldsOf.map(({ length }) => length),
    enumValues: types.map((type) => (isEnumType(type) ? type.getValues().length : 0)),
    interfaces: types.map((type) => (isObjectType(type) ? type.getInterfaces().length : 0)),
    possibleTypes: types.map((type) => (isAbstractType(type) ? schema.getPossibleTypes(type).length : 0)),
    args: fields.map((field) => field.args.length),
  };
  const byField = (sizeOfList: (each: readonly number[]) => number) =>
    Object.fromEntries(Object.entries(counts).map(([field, each]) => [field, sizeOfList(each)]));
  const longest = Math.max(...described.map(({ description }) => description?.length ?? 0));
  return {
    largest: {
      ...byField((each) => Math.max(...each)),
      types: types.length,
      directives: schema.getDirectives().length,
      locations: Object.keys(DirectiveLocation).length,
    },
    averages: byField((each) => each.reduce((sum, count) => sum + count, 0) / each.length),
    descriptionWeight: 1 + Math.floor(longest / descriptionLength),
  };
}
