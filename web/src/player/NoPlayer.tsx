/** For an address that names nobody. */
export function NoPlayer() {
  return (
    <main className="player-page">
      <section className="plate notice" role="alert">
        <h1>Nobody here</h1>
        <p>This address names no player.</p>
        <p>
          <a href="/">Show the main board</a>
        </p>
      </section>
    </main>
  );
}
