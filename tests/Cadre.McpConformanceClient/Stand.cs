using Cadre.Engine.Ports;
using Cadre.Tools.Mcp.OAuth;

namespace Cadre.McpConformanceClient;

/// <summary>Follows the authorization address as far as a browser that is signed in would: to the redirect, and no further.</summary>
internal static class Browser
{
    public static async ValueTask<SignInAnswer> OpenAsync(PendingSignIn pending, CancellationToken cancellationToken)
    {
        using var http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false });
        using var response = await http.GetAsync(pending.AuthorizationUrl, cancellationToken);
        var query = (response.Headers.Location?.Query ?? "").TrimStart('?').Split('&', StringSplitOptions.RemoveEmptyEntries)
            .Select(pair => pair.Split('=', 2)).ToDictionary(pair => pair[0], pair => Uri.UnescapeDataString(pair[^1].Replace('+', ' ')));
        return new(query.GetValueOrDefault("code"), query.GetValueOrDefault("state"), query.GetValueOrDefault("iss"), query.GetValueOrDefault("error"));
    }
}

internal sealed class MemoryVault : ITokenVault
{
    private OAuthState? _state;

    public ValueTask<OAuthState?> ReadAsync(CancellationToken cancellationToken) => ValueTask.FromResult(_state);

    public ValueTask WriteAsync(OAuthState state, CancellationToken cancellationToken)
    {
        _state = state;
        return ValueTask.CompletedTask;
    }
}

internal sealed class NoAudit : IAudit
{
    public ValueTask WriteAsync(AuditEntry entry, CancellationToken cancellationToken) => ValueTask.CompletedTask;
}

internal sealed class NoSandbox : ISandbox
{
    public SandboxLevel Level => SandboxLevel.None;

    public ValueTask<SandboxResult> RunAsync(SandboxCommand command, Action<string>? onOutput, CancellationToken cancellationToken) => throw new NotSupportedException();

    public ValueTask<ISandboxedProcess> StartAsync(SandboxCommand command, CancellationToken cancellationToken) => throw new NotSupportedException();
}
