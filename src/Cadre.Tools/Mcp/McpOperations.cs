using System.Text.Json;
using Cadre.Engine.Schemas;
using Cadre.Engine.Tools;
using Cadre.Tools.Mcp.Calls;
using Cadre.Tools.Mcp.Configuration;

namespace Cadre.Tools.Mcp;

/// <summary>What `cadre mcp` and the dashboard do with the endpoints.</summary>
/// <param name="actor">Who asks, for the audit: "user:ID".</param>
public sealed class McpOperations(McpTools tools, string actor)
{
    public const int MaxPayloadChars = 1 << 20;

    /// <summary>Asks every endpoint now, side by side. Mistakes in mcp.json are failed endpoints; one of the whole file has the name "mcp.json".</summary>
    public async ValueTask<IReadOnlyList<McpHealth>> HealthAsync(CancellationToken cancellationToken)
    {
        var (configuration, clients) = await tools.ReadAsync(cancellationToken);
        var asked = await Task.WhenAll(clients.Select(client => client.HealthAsync(cancellationToken).AsTask()));
        return [.. asked, .. configuration.Problems.Select(problem => new McpHealth(problem.Endpoint ?? "mcp.json", McpStatus.Failed, tools.Time.GetUtcNow(), Reason: problem.ToString()))];
    }

    /// <summary>Every tool that the endpoints list now, offered or not; of one endpoint when its name is given.</summary>
    public async ValueTask<IReadOnlyList<McpListedTool>> ListAsync(string? endpoint, CancellationToken cancellationToken)
    {
        var (_, clients) = await tools.ReadAsync(cancellationToken);
        var lists = await Task.WhenAll(clients.Where(client => endpoint is null || client.Endpoint.Name == endpoint)
            .Select(client => client.ListAsync(live: true, cancellationToken).AsTask()));
        return [.. lists.SelectMany(list => list.Tools).Select(tool => tool.Listed)];
    }

    /// <summary>
    /// Calls one tool that is offered, by the server's name for it or by its name for models. The payload is one JSON object and must fit the
    /// tool's schema. Recorded as mcp_invoke.
    /// </summary>
    public async ValueTask<McpInvocation> InvokeAsync(string endpoint, string tool, string payload, CancellationToken cancellationToken)
    {
        var (client, refusal) = await FindAsync(endpoint, cancellationToken);
        if (client is null) return McpInvocation.Refused(refusal!);
        var list = await client.ListAsync(live: false, cancellationToken);
        if (list.Link is null) return McpInvocation.Refused($"{endpoint} is not available: {list.Reason}");
        var found = list.Tools.FirstOrDefault(candidate => candidate.Listed.Name == tool || candidate.Listed.OfferedAs == tool);
        if (found is null) return McpInvocation.Refused($"{endpoint} has no tool '{tool}'. It has: {string.Join(", ", list.Tools.Select(known => known.Listed.Name))}.");
        if (found.Listed.State != McpToolState.Offered) return McpInvocation.Refused($"{tool} is not offered: {found.Listed.Reason}");
        if (Arguments(payload, found.Schema, out var arguments) is { } mistake) return McpInvocation.Refused(mistake);

        var caller = new CallOrigin(actor, Owner.Local, null, null, new(Guid.NewGuid().ToString("n"), null));
        var (result, latency) = await tools.Calls.MakeAsync(client, found.Listed, caller, arguments, cancellationToken);
        return new(result, latency, new(client.Source, list.Link.Version, found.Listed.Hash));
    }

    /// <summary>Accepts the definitions that the server lists now: of one tool, or of all that wait and a changed address as well.</summary>
    /// <param name="seen">Hashes of what the approving person was shown: nothing else is accepted. Null accepts whatever is listed; empty (a changed address,
    /// behind which nothing could be shown) accepts the address and no tool.</param>
    public async ValueTask<McpApproval> ApproveAsync(string endpoint, string? tool, IReadOnlySet<string>? seen, CancellationToken cancellationToken)
    {
        var (client, refusal) = await FindAsync(endpoint, cancellationToken);
        if (client is null) return new([], refusal);
        return await client.ApproveAsync(tool, seen, actor, cancellationToken);
    }

    /// <summary>Null when the endpoint is in mcp.json now; otherwise why nothing was changed.</summary>
    /// <param name="definition">JSON object with "command" or "url", as in mcp.json.</param>
    public string? Add(string endpoint, string definition) => McpConfigurationFile.Add(tools.Options.ConfigurationPath, endpoint, definition);

    /// <summary>Takes the endpoint out of mcp.json and forgets its pins. Null when done; otherwise why nothing was changed.</summary>
    public async ValueTask<string?> RemoveAsync(string endpoint, CancellationToken cancellationToken)
    {
        if (McpConfigurationFile.Remove(tools.Options.ConfigurationPath, endpoint) is { } refusal) return refusal;
        await tools.Pins.ForgetAsync(endpoint, cancellationToken);
        return null;
    }

    private async ValueTask<(EndpointClient? Client, string? Refusal)> FindAsync(string endpoint, CancellationToken cancellationToken)
    {
        var (configuration, clients) = await tools.ReadAsync(cancellationToken);
        if (clients.FirstOrDefault(client => client.Endpoint.Name == endpoint) is { } found) return (found, null);
        var problem = configuration.Problems.FirstOrDefault(wrong => wrong.Endpoint == endpoint || wrong.Endpoint is null);
        return (null, problem is null ? $"There is no endpoint '{endpoint}' in {tools.Options.ConfigurationPath}." : $"{tools.Options.ConfigurationPath}:{problem}");
    }

    private static string? Arguments(string payload, JsonElement schema, out JsonElement arguments)
    {
        arguments = default;
        if (payload.Length > MaxPayloadChars) return $"The payload has more than {MaxPayloadChars} characters.";
        try
        {
            using var document = JsonDocument.Parse(payload, new() { AllowDuplicateProperties = false });
            if (document.RootElement.ValueKind != JsonValueKind.Object) return "The payload must be a JSON object.";
            arguments = document.RootElement.Clone();
            return JsonSchema.Check(schema, arguments) is { } wrong ? $"The payload does not fit the tool's schema: {wrong}" : null;
        }
        catch (JsonException exception)
        {
            return $"The payload is not valid JSON: {exception.Message}";
        }
    }
}

/// <param name="Latency">Null when no call was made.</param>
public sealed record McpInvocation(ToolResult Result, TimeSpan? Latency, Provenance? Provenance)
{
    internal static McpInvocation Refused(string reason) => new(ToolResult.Denied(reason), null, null);
}
