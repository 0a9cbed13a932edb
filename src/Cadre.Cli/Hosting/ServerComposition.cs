using Cadre.Cli.Settings;
using Cadre.Guard.Audit;
using Cadre.Server.Hosting;

namespace Cadre.Cli.Hosting;

/// <summary>The parts of a server, out of this program's own.</summary>
internal static class ServerComposition
{
    public static async ValueTask<ServerParts> PartsAsync(CadreHost host, string url, CancellationToken cancellationToken)
    {
        var connection = await host.ConnectAsync();
        return new()
        {
            StateDirectory = host.Settings.StateDirectory,
            Url = url,
            Model = connection.Model,
            Endpoint = connection.Model.Endpoint,
            ModelCalls = connection.Calls,
            Tokens = TokenVariables.Read(host.Surroundings),
            SecretKeys = SecretKeys.Checked(host.Settings.StateDirectory, host.Surroundings),
            PrivateHosts = [.. (host.Surroundings.Variables.GetValueOrDefault(SettingNames.PrivateHosts) ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)],
            EmbeddingModel = host.Surroundings.Variables.GetValueOrDefault(SettingNames.EmbeddingModel) is { Length: > 0 } embeddings ? embeddings : ServerParts.DefaultEmbeddingModel,
            ChatModel = host.Surroundings.Variables.GetValueOrDefault(SettingNames.ChatModel) is { Length: > 0 } chat && host.Settings.Endpoint is not null ? chat : host.Settings.Model,
            PublicUrl = host.Surroundings.Variables.GetValueOrDefault(SettingNames.PublicUrl) is { Length: > 0 } publicUrl ? PublicUrl(publicUrl) : null,
            DefaultModel = host.Settings.Endpoint is null ? Simulator.SimulatorOptions.BuiltInModel : null,
            Policies = host.Policies,
            ReloadPolicies = _ => ValueTask.FromResult<IReadOnlyList<string>>([.. host.Policies.Reload().Errors.Select(error => error.ToString())]),
            Audit = await host.Audit.OpenAsync(cancellationToken),
            AuditHistory = new AuditHistory(host.Settings.StateDirectory),
            Sandbox = host.Sandbox,
            Tools = [host.Mcp],
            ToolsDirectory = host.Settings.ToolsDirectory,
            BootstrapKey = host.Surroundings.Variables.GetValueOrDefault(SettingNames.BootstrapKey),
            Log = host.Log,
            Time = host.Surroundings.Time,
        };
    }

    private static Uri PublicUrl(string text) => Uri.TryCreate(text, UriKind.Absolute, out var url) && url.Scheme is ("http" or "https")
        ? url
        : throw new CommandRefusedException($"{SettingNames.PublicUrl} must be an http or https address, and is '{text}'.");
}
