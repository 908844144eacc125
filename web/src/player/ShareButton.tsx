import { useState } from "react";
import { nameOf } from "../format/name.js";
import type { BoardView, Unit } from "../live/board-view.js";
import { playerPath } from "../format/paths.js";
import { chaseOf, type Ordering } from "./chase.js";
import type { History } from "./history.js";
import { drawSharePicture } from "./share-picture.js";
import { shareWords } from "./share-words.js";
import type { OwnRow } from "./use-own-row.js";

interface ShareButtonProps {
  readonly own: OwnRow;
  readonly unit: Unit;
  readonly ordering: Ordering;
  readonly board: string;
  readonly view: BoardView;
  readonly history: History | null;
}

/** Draws a picture of the player's place now, and shares it, or saves it where the browser can't share files. */
export function ShareButton({ own, unit, ordering, board, view, history }: ShareButtonProps) {
  const [problem, setProblem] = useState<string | null>(null);
  if (own.row === null) return null;
  const row = own.row;

  async function share() {
    setProblem(null);
    const chase = chaseOf(view.around ?? [], row, ordering);
    const words = shareWords({ row, unit, chase, facts: view.facts, board, tied: own.tied });
    const scores = (history?.events ?? []).slice(-200).map(({ score }) => score);
    try {
      const picture = await drawSharePicture({
        ...words,
        userId: row.userId,
        country: row.player.country,
        scores,
        order: ordering.order,
      });
      await handOver(
        picture,
        `${nameOf(row)} – ${words.title}`,
        new URL(playerPath(row.userId, board), location.href).href,
      );
    } catch (error) {
      if (!(error instanceof DOMException && error.name === "AbortError")) setProblem("The picture could not be made.");
    }
  }

  return (
    <>
      <button type="button" className="button button-quiet share" onClick={() => void share()}>
        Share picture
      </button>
      {problem !== null && <p role="alert">{problem}</p>}
    </>
  );
}

async function handOver(picture: Blob, title: string, url: string): Promise<void> {
  const file = new File([picture], "standings.png", { type: "image/png" });
  // On a page over plain HTTP browsers have no `canShare`; the types know only pages over HTTPS.
  const device: Partial<Pick<Navigator, "canShare">> = navigator;
  if (matchMedia("(pointer: coarse)").matches && device.canShare?.({ files: [file] }))
    return navigator.share({ files: [file], title, url });
  const address = URL.createObjectURL(file);
  const link = document.createElement("a");
  link.href = address;
  link.download = file.name;
  link.click();
  // The download has begun with the click, and holds the bytes by itself.
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}
