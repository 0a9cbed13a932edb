using Cadre.Engine.Runs;

namespace Cadre.Cli.Rendering;

/// <summary>Shows a run while it is worked on.</summary>
internal interface IRunDisplay : IAsyncDisposable
{
    /// <summary>Applies the item to the tree and shows it.</summary>
    void Show(RunTree tree, FeedItem item);

    /// <summary>Leaves the terminal to somebody else until the returned value is disposed.</summary>
    ValueTask<IAsyncDisposable> HideAsync();
}
