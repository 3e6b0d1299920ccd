import { Component, type ComponentChildren } from "preact";
import { messages } from "../messages/catalogue.ts";
import { Blank } from "../ui/Blank.tsx";
import { Header } from "../ui/Header.tsx";

interface BoundaryProps {
  /** The address: at another one, what failed is tried afresh. */
  readonly at: string;
  readonly children: ComponentChildren;
}

/** Catches what a page throws while it is drawn: the header stays, and the page says what to do. */
export class Boundary extends Component<BoundaryProps, { readonly failed: boolean }> {
  override state = { failed: false };

  static override getDerivedStateFromError() {
    return { failed: true };
  }

  override componentDidUpdate({ at }: BoundaryProps): void {
    if (this.state.failed && at !== this.props.at) this.setState({ failed: false });
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
              <a class="button" href="/">
                {words.toStart}
              </a>
            </div>
          </Blank>
        </main>
      </>
    );
  }
}
