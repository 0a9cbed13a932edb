using System.Text.Json;

namespace Cadre.Sandbox.Running;

/// <summary>What a wrapper reports, one JSON document a line, in bubblewrap's words: <c>child-pid</c> first, <c>exit-code</c> last.</summary>
internal sealed class WrapperStatus(Stream stream) : IDisposable
{
    private const int MaxLineLength = 4096;
    private readonly StreamReader _reader = new(stream);

    /// <summary>Process id of the first process inside; null when the wrapper ended without one.</summary>
    public async Task<int?> ReadChildAsync() => await ReadAsync("child-pid");

    /// <summary>Null when the command was never executed, or everything was killed before it could be told.</summary>
    public async Task<int?> ReadExitCodeAsync() => await ReadAsync("exit-code");

    public void Dispose() => _reader.Dispose();

    private async Task<int?> ReadAsync(string name)
    {
        while (await _reader.ReadLineAsync() is { Length: <= MaxLineLength } line)
        {
            using var document = JsonDocument.Parse(line);
            if (document.RootElement.TryGetProperty(name, out var value)) return value.GetInt32();
        }

        return null;
    }
}
