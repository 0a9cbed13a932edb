using System.Diagnostics;
using Cadre.Storage.Documents;

namespace Cadre.Storage.Sqlite;

/// <summary>
/// Decides before anything is written whether a commit will be refused, where that can be told: its parts are few and have nothing to do with each
/// other. A savepoint, which copies every page that is written within it, is for the others.
/// </summary>
internal sealed class Foresight(DocumentChanges documents, RunChanges runs)
{
    private const int MaxChanges = 16;

    /// <summary>Whether a change may be refused after another was made.</summary>
    public static bool IsNeeded(IReadOnlyList<Change> changes)
    {
        var written = false;
        for (var i = 0; i < changes.Count; i++)
        {
            if (written && changes[i] is not Change.Delete { ExpectedVersion: null }) return true;
            written |= changes[i] is not (Change.RequireIdle or Change.RequireNewest);
        }

        return false;
    }

    /// <summary>Whether each change can be judged by what is there now.</summary>
    public static bool IsPossible(IReadOnlyList<Change> changes)
    {
        if (changes.Count > MaxChanges) return false;
        var appended = false;
        for (var i = 0; i < changes.Count; i++)
        {
            // A second append may be to the same run, and an append may make a thread idle or busy.
            if (changes[i] is Change.Append or Change.RequireIdle)
            {
                if (appended) return false;
                appended = changes[i] is Change.Append;
            }
            else if (changes[i] is Change.RequireNewest newest)
            {
                if (IsFilledBefore(changes, i, newest)) return false;
            }
            else if (DocumentOf(changes[i]) is not { Key: null } document || IsNamedBefore(changes, i, document))
            {
                return false;
            }
        }

        return true;
    }

    /// <returns>Index of the first change that will be refused; null when all will be made.</returns>
    public int? FindRefused(CommitRequest request, out long version)
    {
        version = 0;
        var appends = 0;
        for (var i = 0; i < request.Changes.Count; i++)
        {
            var holds = request.Changes[i] switch
            {
                Change.Append => runs.CanAppend(request.Appends[appends++], out version, out _),
                Change.RequireIdle idle => runs.IsIdle(idle.Thread),
                Change.RequireNewest newest => documents.IsNewest(newest),
                Change.Create create => documents.Find(create.Document, null) is DocumentChanges.Found.Nothing,
                Change.Put put => documents.Find(put.Document, null) is not DocumentChanges.Found.Foreign,
                Change.Replace replace => documents.Find(replace.Document, replace.ExpectedVersion) is DocumentChanges.Found.Own,
                _ => throw new UnreachableException(),
            };
            if (!holds) return i;
        }

        return null;
    }

    private static Document? DocumentOf(Change change) => change switch
    {
        Change.Create { Document: var document } => document,
        Change.Put { Document: var document } => document,
        Change.Replace { Document: var document } => document,
        _ => null,
    };

    private static bool IsFilledBefore(IReadOnlyList<Change> changes, int index, Change.RequireNewest newest)
    {
        for (var i = 0; i < index; i++)
        {
            if (DocumentOf(changes[i]) is { } other && other.Kind == newest.Kind && other.Parent == newest.Parent) return true;
        }

        return false;
    }

    private static bool IsNamedBefore(IReadOnlyList<Change> changes, int index, Document document)
    {
        for (var i = 0; i < index; i++)
        {
            if (DocumentOf(changes[i]) is { } other && other.Kind == document.Kind && other.Id == document.Id) return true;
        }

        return false;
    }
}
