interface UnknownBoardProps {
  readonly board: string;
}

export function UnknownBoard({ board }: UnknownBoardProps) {
  return (
    <main className="board">
      <div role="alert" className="notice unknown">
        <h1>No such board</h1>
        <p>
          There is no board called “<bdi>{board}</bdi>” here.
        </p>
        <p>
          <a href="/">Show the main board</a>
        </p>
      </div>
    </main>
  );
}
