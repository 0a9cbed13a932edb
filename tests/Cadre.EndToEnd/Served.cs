using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;

namespace Cadre.EndToEnd;

/// <summary>`cadre serve` in a process of its own, which can be killed and started again on the same state and port.</summary>
internal sealed class Served : IAsyncDisposable
{
    public const string Key = "sk-cadre-end-to-end-test";
    private static readonly TimeSpan StartPatience = TimeSpan.FromSeconds(60);

    private readonly Place _place;
    private readonly HttpClient _health;
    private Process _process;
    private Task<string> _said;

    private Served(Place place, Uri address)
    {
        (_place, Address) = (place, address);
        _health = new() { BaseAddress = address };
        (_process, _said) = Launch();
    }

    /// <summary>The same for its whole life.</summary>
    public Uri Address { get; }

    public Uri BaseUrl => new(Address, "v1");

    public static async Task<Served> StartAsync(Place place, Uri model)
    {
        place.Command.WithModel(model).Set("CADRE_BOOTSTRAP_KEY", Key);
        var served = new Served(place, new($"http://127.0.0.1:{FreePort()}/"));
        await served.ReadyAsync();
        return served;
    }

    public HttpClient Client()
    {
        var http = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = new(Address, "v1/"), Timeout = TimeSpan.FromMinutes(3) };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Key);
        return http;
    }

    /// <summary>SIGKILL: nothing is finished, nothing is said.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    /// <summary>SIGTERM: it finishes what is under way; gives its exit code.</summary>
    public async Task<int> TerminateAsync()
    {
        (await CadreCommand.FinishAsync(_place.Command.StartProgram("kill", "-TERM", _process.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)))).Exits(0);
        await _process.WaitForExitAsync();
        return _process.ExitCode;
    }

    /// <summary>After <see cref="KillAsync"/> or <see cref="TerminateAsync"/>.</summary>
    public async Task StartAgainAsync()
    {
        (_process, _said) = Launch();
        await ReadyAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (Runs()) await KillAsync();
        _health.Dispose();
    }

    private bool Runs()
    {
        try
        {
            return !_process.HasExited;
        }
        catch (InvalidOperationException)
        {
            // It was killed and disposed of.
            return false;
        }
    }

    private (Process Process, Task<string> Said) Launch()
    {
        var process = _place.Command.Start("serve", "--urls", Address.ToString().TrimEnd('/'));
        _ = process.StandardOutput.ReadToEndAsync();
        return (process, process.StandardError.ReadToEndAsync());
    }

    /// <summary>A process can be asked only by looking again.</summary>
    private async Task ReadyAsync()
    {
        var started = Stopwatch.GetTimestamp();
        while (true)
        {
            if (_process.HasExited) throw new InvalidOperationException($"The server ended with {_process.ExitCode}: {await _said}");
            try
            {
                using var answer = await _health.GetAsync("readyz");
                if (answer.IsSuccessStatusCode) return;
            }
            catch (HttpRequestException)
            {
                // It does not listen yet.
            }

            if (Stopwatch.GetElapsedTime(started) > StartPatience) throw new TimeoutException("The server did not become ready.");
            await Task.Delay(15);
        }
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
