using Cadre.Engine.Runs;
using Cadre.Storage.Documents;
using Cadre.Storage.Durable;

namespace Cadre.Storage.Sqlite;

/// <summary>One commit on its way to the writer, with its events encoded.</summary>
internal sealed class CommitRequest : CommitEntry<CommitResult>
{
    private const int SizeOfChange = 200;
    private EncodedAppend[] _appends = [];
    private List<RunId>? _forgotten;

    private CommitRequest(IReadOnlyList<Change> changes, Action<BatchWriter>? work) => (Changes, Work) = (changes, work);

    public IReadOnlyList<Change> Changes { get; }

    /// <summary>Its appends, in order.</summary>
    public IReadOnlyList<EncodedAppend> Appends => _appends;

    /// <summary>Runs that it removed, in the end.</summary>
    public IReadOnlyList<RunId> Forgotten => _forgotten ?? [];

    /// <summary>Something of the store's own, done after the changes in the same transaction.</summary>
    public Action<BatchWriter>? Work { get; }

    /// <exception cref="ArgumentException">A body is longer than the limit, or an append has no events.</exception>
    public static CommitRequest Create(IReadOnlyList<Change> changes, Action<BatchWriter>? work, int bodyLimit)
    {
        var request = new CommitRequest(changes, work);
        for (var i = 0; i < changes.Count; i++) request.Add(changes[i], bodyLimit);
        return request;
    }

    public void Forget(IEnumerable<RunId> runs) => (_forgotten ??= []).AddRange(runs);

    protected internal override void Release()
    {
        foreach (var append in _appends) append.Dispose();
    }

    private void Add(Change change, int bodyLimit)
    {
        Size += SizeOfChange;
        switch (change)
        {
            case Change.Append append:
                var encoded = new EncodedAppend(append, bodyLimit);
                _appends = [.. _appends, encoded];
                Size += encoded.Bytes;
                break;
            case Change.Create { Document: var document }:
                AddBody(document, bodyLimit);
                break;
            case Change.Replace { Document: var document }:
                AddBody(document, bodyLimit);
                break;
            case Change.Put { Document: var document }:
                AddBody(document, bodyLimit);
                break;
        }
    }

    private void AddBody(Document document, int bodyLimit)
    {
        if (document.Body.Length > bodyLimit) throw new ArgumentException($"A document of {document.Body.Length} bytes is longer than the store's limit of {bodyLimit}.", nameof(document));
        Size += document.Body.Length;
    }
}

/// <param name="Refused">Index of the change that was refused.</param>
/// <param name="Version">Events of the run of the last append that was looked at.</param>
/// <param name="Failure">Why nothing can be promised; the writer goes on, and the next commit may succeed.</param>
internal readonly record struct CommitResult(int? Refused, long Version, Exception? Failure = null);
