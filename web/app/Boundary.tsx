import { Component, type ComponentChildren } from "preact";
import { messages } from "../messages/catalogue.ts";
import { Blank } from "../ui/Blank.tsx";
import { Header } from "../ui/Header.tsx";

interface BoundaryProps {
  readonly children: ComponentChildren;
}

/** Catches what a page throws while it is drawn: the header stays, and the page says what to do. */
export class Boundary extends Component<BoundaryProps, { readonly failed: boolean }> {
  override state = { failed: false };

  static override getDerivedStateFromError() {
    return { failed: true };
  }

  override componentDidCatch(error: unknown): void {
    // The one place where a fault of a page can be found afterwards.
    console.error(error);
  }

  override render() {
    if (!this.state.failed) return this.props.children;
    const words = messages.value.common;
    return (
      <>
        <Header />
        <main class="page">
          <Blank icon="warning" title={words.crashed}>
            <p class="quiet">{words.crashedHint}</p>
            <div class="acts">
              <button type="button" class="button main" onClick={() => location.reload()}>
                {words.reload}
              </button>
              <a class="button" href="/" onClick={() => this.setState({ failed: false })}>
                {words.toStart}
              </a>
            </div>
          </Blank>
        </main>
      </>
    );
  }
}
