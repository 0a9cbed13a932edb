using System.Text;
using System.Text.Json;
using Cadre.Storage.Durable;
using Cadre.Storage.Secrets;
using Cadre.Tools.Mcp;
using Cadre.Tools.Mcp.Configuration;
using Cadre.Tools.Mcp.OAuth;

namespace Cadre.Cli.Hosting;

/// <summary>The tokens for one endpoint of mcp.json, sealed, in a file of their own in the state directory. What is sealed is bound to the endpoint's name and address.</summary>
internal sealed class FileVault(string stateDirectory, Func<SecretBox> secrets, McpEndpoint.Http endpoint) : ITokenVault
{
    private const int MaxBytes = 1 << 20;

    private string Path => System.IO.Path.Combine(stateDirectory, "mcp", "tokens", ToolNames.Directory(endpoint.Name));

    private string[] Binding => ["mcp-file", endpoint.Name, endpoint.Url];

    public async ValueTask<OAuthState?> ReadAsync(CancellationToken cancellationToken)
    {
        if (new FileInfo(Path) is not { Exists: true, Length: <= MaxBytes }) return null;
        var plain = secrets().TryOpen((await File.ReadAllTextAsync(Path, cancellationToken)).Trim(), Binding);
        return plain is null ? null : JsonSerializer.Deserialize(plain, OAuthStateJson.Default.OAuthState);
    }

    public ValueTask WriteAsync(OAuthState state, CancellationToken cancellationToken)
    {
        var text = secrets().Seal(JsonSerializer.SerializeToUtf8Bytes(state, OAuthStateJson.Default.OAuthState), Binding);
        DurableFile.CreateDirectory(PosixDisk.Instance, System.IO.Path.GetDirectoryName(Path)!);
        DurableFile.Replace(PosixDisk.Instance, Path, Encoding.ASCII.GetBytes(text + "\n"));
        return ValueTask.CompletedTask;
    }

    /// <returns>Whether there was anything.</returns>
    public bool Remove()
    {
        if (!File.Exists(Path)) return false;
        File.Delete(Path);
        return true;
    }
}
