using System.Diagnostics;
using System.Text.RegularExpressions;

namespace Cadre.EndToEnd;

/// <summary>`cadre simulate` in a process of its own.</summary>
internal sealed partial class Simulated : IAsyncDisposable
{
    private readonly Process _process;

    private Simulated(Process process, Uri baseUrl) => (_process, BaseUrl) = (process, baseUrl);

    public Uri BaseUrl { get; }

    public static async Task<Simulated> StartAsync(Place place, params string[] arguments)
    {
        var process = place.Command.Start(["simulate", .. arguments]);
        var said = "";
        while (await process.StandardOutput.ReadLineAsync() is { } line)
        {
            said += line + "\n";
            if (Address().Match(line) is not { Success: true } match) continue;
            _ = process.StandardOutput.ReadToEndAsync();
            _ = process.StandardError.ReadToEndAsync();
            return new(process, new(match.Value));
        }

        throw new InvalidOperationException($"The simulator did not start.\n{said}{await process.StandardError.ReadToEndAsync()}");
    }

    public async ValueTask DisposeAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    [GeneratedRegex(@"http://127\.0\.0\.1:\d+/v1")]
    private static partial Regex Address();
}
