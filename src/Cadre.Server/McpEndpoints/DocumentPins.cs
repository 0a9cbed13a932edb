using System.Text.Json;
using Cadre.Storage.Documents;
using Cadre.Tools.Mcp.Pins;

namespace Cadre.Server.McpEndpoints;

/// <summary>What was accepted of one endpoint, as a document that lies in the endpoint's.</summary>
internal sealed class DocumentPins(IStore store, KnownEndpoint of, TimeProvider time) : IPins
{
    public const string Kind = "mcp_pin";
    private const int Tries = 8;

    private Scope Scope => new(of.Organisation);

    public async ValueTask<EndpointPin?> FindAsync(string endpoint, CancellationToken cancellationToken) => Read(await store.FindAsync(Scope, Kind, of.Id, cancellationToken));

    public async ValueTask ChangeAsync(string endpoint, Func<EndpointPin?, EndpointPin?> change, CancellationToken cancellationToken)
    {
        for (var tries = 0; tries < Tries; tries++)
        {
            var document = await store.FindAsync(Scope, Kind, of.Id, cancellationToken);
            if ((await store.CommitAsync([Changed(document, change(Read(document)))], cancellationToken)).Won) return;
        }

        throw new InvalidDataException($"The pins of {of.Name} are changed by others all the time.");
    }

    private Change Changed(Document? document, EndpointPin? pin)
    {
        if (pin is null) return new Change.Delete(Scope, Kind, document?.Id ?? "");
        var body = JsonSerializer.SerializeToUtf8Bytes(pin, PinJson.Default.EndpointPin);
        return document is null
            ? new Change.Create(new(Kind, Ids.New(), of.Owner, body) { Key = of.Id, Parent = of.Id, CreatedAt = time.GetUtcNow() })
            : new Change.Replace(document with { Body = body }, document.Version);
    }

    private EndpointPin? Read(Document? document)
    {
        try
        {
            return document is null ? null : JsonSerializer.Deserialize(document.Body.Span, PinJson.Default.EndpointPin);
        }
        catch (JsonException damaged)
        {
            throw new InvalidDataException($"The pins of {of.Name} cannot be read.", damaged);
        }
    }
}
