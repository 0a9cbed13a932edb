using Cadre.Engine.Runs;

namespace Cadre.Cli.Rendering;

/// <summary>Shows each thing once: as lines for people, as JSON for programs, both or neither.</summary>
internal sealed class LineDisplay(PlainProgress? plain, JsonLines? json) : IRunDisplay
{
    public void Show(RunTree tree, FeedItem item)
    {
        switch (item)
        {
            case FeedItem.Fact fact:
                tree.Apply(fact);
                json?.Write(fact);
                plain?.Show(tree, fact);
                break;
            case FeedItem.Live live:
                plain?.Show(tree, live);
                break;
        }
    }

    public ValueTask<IAsyncDisposable> HideAsync() => ValueTask.FromResult<IAsyncDisposable>(this);

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
