import { lazy, Suspense } from "react";
import type { StandingsClient } from "../client/apollo.js";
import { BoardPage } from "./BoardPage.js";
import type { Route } from "./route.js";
import { useWallView } from "./wall-view.js";

const WallPage = lazy(async () => {
  try {
    return { default: (await import("../wall/WallPage.js")).WallPage };
  } catch {
    // There is no network, or the server has another build by now.
    return { default: NoWall };
  }
});

interface ViewsProps {
  readonly client: StandingsClient;
  readonly route: Route;
}

/** The board, or its wall view. */
export function Views({ client, route }: ViewsProps) {
  const [isWall, leave] = useWallView();
  if (!isWall) return <BoardPage client={client} route={route} />;
  return (
    <Suspense>
      <WallPage client={client} board={route.board} player={route.player} leave={leave} />
    </Suspense>
  );
}

function NoWall() {
  return (
    <main className="board">
      <p className="notice" role="alert">
        The wall can’t be loaded. <a href={window.location.href}>Load the page again</a>
      </p>
    </main>
  );
}
