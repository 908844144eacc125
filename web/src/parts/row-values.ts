/** Places gained (positive) or lost within the last minute; "new" to the rows that are shown. */
export type MovementValue = number | "new";

/** Where a line goes: x and y from 0 to 1, from left to right and from bottom to top. */
export type SparklinePoint = readonly [x: number, y: number];
