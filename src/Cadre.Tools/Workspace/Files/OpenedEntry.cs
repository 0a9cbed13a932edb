using Microsoft.Win32.SafeHandles;

namespace Cadre.Tools.Workspaces;

/// <param name="Path">Where it really is, relative to the workspace: differs from what was asked for when a link led there.</param>
internal sealed record OpenedEntry(SafeFileHandle Handle, FileStat Stat, string Path) : IDisposable
{
    public void Dispose() => Handle.Dispose();
}
