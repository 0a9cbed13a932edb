using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using Cadre.Simulator;
using Cadre.Testing;

[assembly: AssemblyFixture(typeof(Cadre.Conformance.Tests.Server.ServerUnderTest))]

namespace Cadre.Conformance.Tests.Server;

/// <summary>The built `cadre serve` in a process of its own, on a free port, with fresh state, and the simulator as its model. One for all tests.</summary>
public sealed class ServerUnderTest : IAsyncLifetime
{
    public const string Key = "sk-cadre-conformance000000000000000000000000";

    private const int MaxKeptOutput = 200_000;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly TemporaryDirectory _directory = new();
    private readonly StringBuilder _said = new();
    private SimulatorServer? _model;
    private Process? _process;

    /// <summary>Without "/v1".</summary>
    public Uri Address { get; private set; } = new("http://127.0.0.1/");

    public static string Repository { get; } = Root();

    /// <summary>What the server wrote to its terminal.</summary>
    public string Said
    {
        get
        {
            lock (_said) return _said.ToString();
        }
    }

    public async ValueTask InitializeAsync()
    {
        _model = await SimulatorServer.StartAsync(SimulatorScript.Parse(await File.ReadAllTextAsync(Path.Combine(AppContext.BaseDirectory, "Server", "model.yaml"))));
        Address = new($"http://127.0.0.1:{FreePort()}/");
        _process = Start();
        using var client = new HttpClient();
        using var late = new CancellationTokenSource(Patience);
        while (!await IsReadyAsync(client, late.Token)) await Task.Delay(50, late.Token);
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is { HasExited: false })
        {
            _process.Kill(entireProcessTree: true);
            await _process.WaitForExitAsync();
        }

        _process?.Dispose();
        if (_model is not null) await _model.DisposeAsync();
        _directory.Dispose();
    }

    public HttpClient Client(string? key = Key)
    {
        var client = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false }) { BaseAddress = Address, Timeout = TimeSpan.FromSeconds(30) };
        if (key is not null) client.DefaultRequestHeaders.Authorization = new("Bearer", key);
        return client;
    }

    /// <summary>A new key of an organisation, which begins with it: what other tests made is not seen with it.</summary>
    public async Task<string> KeyOfAsync(string organisation)
    {
        using var client = Client();
        using var content = new StringContent($$"""{"name":"tests","organisation":"{{organisation}}"}""", Encoding.UTF8, "application/json");
        using var answer = await client.PostAsync("api/v1/keys", content);
        var text = await answer.Content.ReadAsStringAsync();
        return answer.IsSuccessStatusCode ? JsonNode.Parse(text)!["key"]!.GetValue<string>() : throw new InvalidOperationException($"No key: {(int)answer.StatusCode} {text}");
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private static string Root()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Cadre.slnx"))) return folder.FullName;
        }

        throw new InvalidOperationException("The repository was not found above the test's own folder.");
    }

    private Process Start()
    {
        var configuration = AppContext.BaseDirectory.Contains("/release", StringComparison.OrdinalIgnoreCase) ? "release" : "debug";
        var start = new ProcessStartInfo(Path.Combine(Repository, "artifacts", "bin", "Cadre.Cli", configuration, "cadre"), ["serve", "--urls", Address.GetLeftPart(UriPartial.Authority)])
        {
            WorkingDirectory = _directory.Root,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        var (path, dotnet) = (start.Environment["PATH"], Environment.GetEnvironmentVariable("DOTNET_ROOT"));
        start.Environment.Clear();
        start.Environment["PATH"] = path;
        if (dotnet is not null) start.Environment["DOTNET_ROOT"] = dotnet;
        start.Environment["HOME"] = _directory.Root;
        start.Environment["AGENT_STATE_DIR"] = _directory["state"];
        start.Environment["CADRE_BOOTSTRAP_KEY"] = Key;
        start.Environment["OPENAI_BASE_URL"] = _model!.BaseUrl.ToString();
        start.Environment["OPENAI_API_KEY"] = "x";
        var process = Process.Start(start)!;
        process.StandardInput.Close();
        process.OutputDataReceived += (_, line) => Keep(line.Data);
        process.ErrorDataReceived += (_, line) => Keep(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return process;
    }

    private void Keep(string? line)
    {
        lock (_said)
        {
            if (_said.Length < MaxKeptOutput) _said.AppendLine(line);
        }
    }

    private async Task<bool> IsReadyAsync(HttpClient client, CancellationToken cancellationToken)
    {
        if (_process!.HasExited) throw new InvalidOperationException($"cadre serve ended with exit code {_process.ExitCode}.\n{Said}");
        try
        {
            using var answer = await client.GetAsync(new Uri(Address, "readyz"), cancellationToken);
            return answer.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
        catch (OperationCanceledException)
        {
            throw new TimeoutException($"cadre serve was not ready after {Patience}.\n{Said}");
        }
    }
}
