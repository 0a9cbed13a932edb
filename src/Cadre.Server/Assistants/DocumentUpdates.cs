using Cadre.Storage.Documents;

namespace Cadre.Server.Assistants;

/// <summary>Read, change, write: again from the start when somebody else wrote meanwhile.</summary>
internal static class DocumentUpdates
{
    private const int Tries = 16;

    /// <param name="change">The new body out of the present document.</param>
    /// <returns>The document with its new body; null when there is none in the scope.</returns>
    public static async ValueTask<Document?> UpdateAsync(
        this IStore store, Scope scope, string kind, string id, Func<Document, ReadOnlyMemory<byte>> change, CancellationToken cancellationToken)
    {
        for (var attempt = 0; attempt < Tries; attempt++)
        {
            if (await store.GetAsync(scope, kind, id, cancellationToken) is not { } document) return null;
            var changed = document with { Body = change(document) };
            if ((await store.CommitAsync([new Change.Replace(changed, document.Version)], cancellationToken)).Won) return changed;
        }

        throw Http.ApiException.Conflict($"Others change this {kind} all the time; try again.");
    }
}
