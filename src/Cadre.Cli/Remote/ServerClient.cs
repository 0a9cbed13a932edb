using System.CommandLine;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Cadre.Cli.Commands;
using Cadre.Cli.Hosting;
using Cadre.Cli.Settings;
using Cadre.Cli.Terminals;

namespace Cadre.Cli.Remote;

/// <summary>A running server, for commands that ask something of it.</summary>
internal sealed class ServerClient : IDisposable
{
    private const int MaxMessage = 500;
    private static readonly TimeSpan Timeout = TimeSpan.FromMinutes(5);

    private readonly HttpClient _http;

    private ServerClient(Uri address, string key)
    {
        _http = new(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = address, Timeout = Timeout };
        _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);
    }

    public static Option<string?> UrlOption() => new("--url") { Description = $"The server. [{SettingNames.ServerUrl}; default: {ServeCommand.DefaultUrl}]", HelpName = "url" };

    public static Option<string?> KeyOption() => new("--key") { Description = $"An API key of it. [{SettingNames.ServerKey}]", HelpName = "key" };

    /// <exception cref="CommandRefusedException">The address is none, or no key is given.</exception>
    public static ServerClient Create(string? url, string? key, Surroundings surroundings)
    {
        url ??= surroundings.Variables.GetValueOrDefault(SettingNames.ServerUrl) ?? ServeCommand.DefaultUrl;
        key ??= surroundings.Variables.GetValueOrDefault(SettingNames.ServerKey);
        if (!Uri.TryCreate(url.TrimEnd('/') + "/", UriKind.Absolute, out var address) || address.Scheme is not ("http" or "https"))
            throw new CommandRefusedException($"'{url}' is no address of a server.", $"--url {ServeCommand.DefaultUrl}", ExitCode.Usage);
        if (string.IsNullOrEmpty(key)) throw new CommandRefusedException("An API key of the server is needed.", $"set {SettingNames.ServerKey}, or use --key", ExitCode.Usage);
        return new(address, key);
    }

    /// <param name="path">Without a leading slash.</param>
    /// <param name="content">Null sends none; disposed.</param>
    /// <exception cref="CommandRefusedException">The server cannot be reached, or refuses; in its own words.</exception>
    public async Task<JsonElement> SendAsync(HttpMethod method, string path, HttpContent? content, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(method, path) { Content = content };
        try
        {
            using var response = await _http.SendAsync(request, cancellationToken);
            var body = await response.Content.ReadAsStringAsync(cancellationToken);
            return response.IsSuccessStatusCode ? Parse(body) : throw new CommandRefusedException($"The server refused ({(int)response.StatusCode}): {Message(body)}");
        }
        catch (HttpRequestException unreachable)
        {
            throw new CommandRefusedException($"The server at {_http.BaseAddress} cannot be reached: {unreachable.Message}", "cadre serve");
        }
    }

    /// <summary>Passes MCP messages on between the input and standard output, until the input ends.</summary>
    public async Task BridgeAsync(TextReader input, CancellationToken cancellationToken)
    {
        await using var output = Console.OpenStandardOutput();
        using var bridge = new McpBridge(_http, output);
        await bridge.RunAsync(input, cancellationToken);
    }

    public static StringContent Json(string json) => new(json, Encoding.UTF8, "application/json");

    public void Dispose() => _http.Dispose();

    private static JsonElement Parse(string body)
    {
        using var document = JsonDocument.Parse(body.Length == 0 ? "{}" : body);
        return document.RootElement.Clone();
    }

    /// <summary>Both dialects of errors: OpenAI's and problem details.</summary>
    private static string Message(string body)
    {
        try
        {
            var problem = Parse(body);
            if (problem.TryGetProperty("error", out var error)) problem = error;
            foreach (var name in new[] { "message", "title" })
            {
                if (problem.TryGetProperty(name, out var message) && message.ValueKind == JsonValueKind.String) return TerminalText.Line(message.GetString()!, MaxMessage);
            }
        }
        catch (JsonException)
        {
            // Something between here and the server answered: its words are shown.
        }

        return TerminalText.Line(body, MaxMessage);
    }
}
