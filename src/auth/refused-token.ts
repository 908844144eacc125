/** Why a token is refused, for the log. The message quotes nothing of the token. */
export class RefusedToken extends Error {
  override readonly name = "RefusedToken";
}
