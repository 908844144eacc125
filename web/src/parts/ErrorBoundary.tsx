import { Component, type ReactNode } from "react";

interface ErrorBoundaryProps {
  readonly children: ReactNode;
}

/** A fault of the page itself leaves a sentence and a way on, instead of an empty page. React logs the error. */
export class ErrorBoundary extends Component<ErrorBoundaryProps, { readonly failed: boolean }> {
  override state = { failed: false };

  static getDerivedStateFromError() {
    return { failed: true };
  }

  override render(): ReactNode {
    if (!this.state.failed) return this.props.children;
    return (
      <main role="alert" style={{ padding: "2rem" }}>
        <h1>This page has failed</h1>
        <p>
          That is a fault of the page; no score is affected. <a href={window.location.href}>Load it again</a>
        </p>
      </main>
    );
  }
}
