import { useEffect, useState } from "react";
import { countryName } from "../format/country.js";
import "./flag.css";

interface FlagProps {
  /** Two letters of ISO 3166-1. */
  readonly country: string;
}

/**
 * A country's flag, from this page's own files; its two letters until it is there, and where there is none. It takes the
 * same room either way.
 */
export function Flag({ country }: FlagProps) {
  const picture = useFlagPicture(country);
  const name = countryName(country);
  return picture === null ? (
    <abbr className="flag" title={name}>
      {country}
    </abbr>
  ) : (
    <img className="flag" src={picture} alt={name} title={name} decoding="async" />
  );
}

/** The addresses of all flags are a file of their own: a board without countries does not load it. */
function useFlagPicture(country: string): string | null {
  const [picture, setPicture] = useState<string | null>(null);
  useEffect(() => {
    let wanted = true;
    import("./flag-pictures.js").then(
      ({ flagPicture }) => {
        if (wanted) setPicture(flagPicture(country));
      },
      // The letters stay. The page's connection state tells of a lost network.
      () => undefined,
    );
    return () => {
      wanted = false;
    };
  }, [country]);
  return picture;
}
