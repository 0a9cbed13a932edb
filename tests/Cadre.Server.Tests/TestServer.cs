using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Threading.Channels;
using Cadre.Engine.Policies;
using Cadre.Engine.Ports;
using Cadre.Guard.Audit;
using Cadre.Guard.Policies;
using Cadre.Models;
using Cadre.Models.Endpoints;
using Cadre.Sandbox;
using Cadre.Server.Hosting;
using Cadre.Server.Identity;
using Cadre.Server.Identity.Tokens;
using Cadre.Simulator;
using Cadre.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace Cadre.Server.Tests;

/// <summary>A real server on a socket, with a real store in a directory of its own, whose model is the simulator on another socket.</summary>
internal sealed class TestServer : IAsyncDisposable
{
    public const string Key = "sk-cadre-test-key-of-the-first-organisation";

    private static readonly byte[] TokenSecret = [.. "a secret of the tests, long enough for HS256"u8];

    private readonly TemporaryDirectory _directory = new();
    private ConnectedModel? _model;
    private AuditLog? _audit;

    private TestServer(SimulatorServer simulator) => Simulator = simulator;

    public SimulatorServer Simulator { get; }
    public CadreServer Server { get; private set; } = null!;

    /// <summary>With the first organisation's administrator key; base address ".../v1/".</summary>
    public HttpClient Http { get; private set; } = null!;

    public string Directory => _directory.Root;

    /// <param name="script">YAML of the simulator (docs/simulator.md); null: the built-in script.</param>
    public static async Task<TestServer> StartAsync(string? script = null, Func<ServerParts, ServerParts>? change = null, SimulatorOptions? options = null)
    {
        var simulator = await SimulatorServer.StartAsync(script is null ? SimulatorScript.BuiltIn : SimulatorScript.Parse(script), options, TestContext.Current.CancellationToken);
        var server = new TestServer(simulator);
        await server.OpenAsync(change);
        return server;
    }

    /// <summary>Stops the server as on SIGTERM and starts it again on the same state.</summary>
    public async Task RestartAsync(Func<ServerParts, ServerParts>? change = null)
    {
        await CloseAsync();
        await OpenAsync(change);
    }

    public HttpClient ClientOf(string key)
    {
        var http = new HttpClient { BaseAddress = new(Server.Address, "v1/"), Timeout = TimeSpan.FromSeconds(60) };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);
        return http;
    }

    /// <summary>A caller who must not see anything of the first organisation's.</summary>
    public async Task<HttpClient> OtherOrganisationAsync()
    {
        var (_, key) = await Server.Context.Keys.CreateAsync(new("other", "eve"), new("other", ""), secret: null, TestContext.Current.CancellationToken);
        return ClientOf(key);
    }

    /// <summary>A token as an application's sign-in makes it. Its bearer is a person of the organisation; the same user name is the same person.</summary>
    /// <param name="role">user, operator or admin.</param>
    /// <param name="scope">What it is limited to, separated by spaces; null: nothing.</param>
    public static string TokenOf(string user, string organisation = "acme", string? role = null, string? scope = null, TimeSpan? lifetime = null, string? audience = null)
    {
        var now = TimeProvider.System.GetUtcNow();
        return new DevelopmentToken(user, now, now + (lifetime ?? TimeSpan.FromHours(1))) { Organisation = organisation, Role = role, Scopes = scope?.Split(' '), Audience = audience }.Sign(TokenSecret);
    }

    /// <summary>The id that the bearer of <see cref="TokenOf"/> has as an owner.</summary>
    public static string PersonOf(string user) => Persons.IdOf(null, user);

    /// <inheritdoc cref="TokenOf"/>
    public HttpClient ClientOfPerson(string user, string organisation = "acme", string? role = null, string? scope = null) => ClientOf(TokenOf(user, organisation, role, scope));

    /// <summary>Sends JSON and gives back status and body; an empty body is an empty object.</summary>
    public Task<(int Status, JsonElement Body)> SendAsync(HttpMethod method, string path, string? json = null) => SendAsync(Http, method, path, json);

    public static async Task<(int Status, JsonElement Body)> SendAsync(HttpClient http, HttpMethod method, string path, string? json = null)
    {
        using var request = new HttpRequestMessage(method, path);
        if (json is not null) request.Content = new StringContent(json, Encoding.UTF8, "application/json");
        using var response = await http.SendAsync(request, TestContext.Current.CancellationToken);
        var text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        using var document = JsonDocument.Parse(text.Length == 0 ? "{}" : text);
        return ((int)response.StatusCode, document.RootElement.Clone());
    }

    public Task<(int Status, JsonElement Body)> PostAsync(string path, string json = "{}") => SendAsync(HttpMethod.Post, path, json);

    public Task<(int Status, JsonElement Body)> GetAsync(string path) => SendAsync(HttpMethod.Get, path);

    public Task<(int Status, JsonElement Body)> DeleteAsync(string path) => SendAsync(HttpMethod.Delete, path);

    public async ValueTask DisposeAsync()
    {
        await CloseAsync();
        await Simulator.DisposeAsync();
        _directory.Dispose();
    }

    private async Task OpenAsync(Func<ServerParts, ServerParts>? change)
    {
        var endpoint = new Endpoint(Simulator.BaseUrl) { ApiKey = new("simulator") };
        var calls = Channel.CreateUnbounded<ModelCallRecord>();
        _model = new(new EndpointOptions(endpoint) { OnCall = call => calls.Writer.TryWrite(call) }, TimeProvider.System);
        _audit = await AuditLog.OpenAsync(Directory, null, TimeProvider.System, TestContext.Current.CancellationToken);
        Assert.True(PolicyStore.TryLoad(null, allowNet: false, out var policies, out _));
        var parts = new ServerParts
        {
            StateDirectory = Directory,
            Url = "http://127.0.0.1:0",
            Model = _model,
            Endpoint = endpoint,
            ModelCalls = calls.Reader,
            DefaultModel = SimulatorOptions.BuiltInModel,
            Policies = policies,
            ReloadPolicies = _ => ValueTask.FromResult<IReadOnlyList<string>>([.. policies.Reload().Errors.Select(error => error.ToString())]),
            Audit = _audit,
            AuditHistory = new AuditHistory(Directory),
            Sandbox = new HostSandbox(new()),
            ToolsDirectory = Path.Combine(Directory, "tools"),
            BootstrapKey = Key,
            Tokens = new() { Secret = TokenSecret },
            Log = NullLoggerFactory.Instance,
            Time = TimeProvider.System,
        };
        Server = await CadreServer.StartAsync(change?.Invoke(parts) ?? parts, TestContext.Current.CancellationToken);
        Http = ClientOf(Key);
    }

    private async Task CloseAsync()
    {
        Http.Dispose();
        await Server.DisposeAsync();
        _model?.Dispose();
        if (_audit is not null) await _audit.DisposeAsync();
    }
}
