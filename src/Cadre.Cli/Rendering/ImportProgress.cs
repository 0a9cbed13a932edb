using Cadre.Cli.Terminals;

namespace Cadre.Cli.Rendering;

/// <summary>A bar that grows in place, where something that changes can be drawn; elsewhere nothing.</summary>
/// <param name="total">Bytes; null when nobody knows how many there will be.</param>
internal sealed class ImportProgress(Terminal terminal, long? total) : IDisposable
{
    private const int Width = 30;
    private bool _drawn;

    public void Show(long bytes, long objects)
    {
        if (!terminal.CanDraw) return;
        _drawn = true;
        var part = total is > 0 and { } all ? Math.Clamp((double)bytes / all, 0, 1) : 0;
        var bar = total is null ? "" : $"[{new string('#', (int)(part * Width)).PadRight(Width, '.')}] {part:P0} ";
        terminal.Error.Write($"\r{bar}{objects:N0} objects");
        terminal.Error.Flush();
    }

    public void Dispose()
    {
        if (_drawn) terminal.Error.WriteLine();
    }
}
