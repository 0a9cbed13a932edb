using System.Buffers;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Cadre.Engine.Runs;
using Cadre.Engine.Tools;
using Cadre.Server.Runs;
using Cadre.Storage.Documents;

namespace Cadre.Server.Responses.Streaming;

/// <summary>
/// What was told of a run while it was being made, as far as its journal does not say it: where live text was split, and between which facts it came. Told again, it
/// gives the same events. A row holds what was recorded by one commit: a fact is its position in the journal, a text is itself.
/// </summary>
internal sealed class ResponseLog(IStore store, RunTimeline timeline)
{
    public const string Kind = "response_events";

    /// <summary>How long a row is kept, from when it was written.</summary>
    public static readonly TimeSpan Kept = TimeSpan.FromHours(24);

    private const int RowsAtATime = 200;
    private const char Text = 't';
    private const char Reasoning = 'r';
    private const string Void = "v";

    private readonly List<RunEvent> _facts = [];
    private readonly System.Text.StringBuilder _shown = new();
    private long _firstFact;
    private string? _lastRow;

    /// <summary>Updates told so far.</summary>
    public long Position { get; private set; }

    /// <summary>Text of the turn in progress that was told.</summary>
    public string Shown => _shown.ToString();

    /// <summary>What rows have beyond <see cref="Position"/>; facts are added to the timeline.</summary>
    public async IAsyncEnumerable<RunUpdate> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        while (true)
        {
            var query = new DocumentQuery(Kind) { Parent = timeline.Run.ToString(), Descending = false, Limit = RowsAtATime, After = _lastRow };
            if (await store.ListAsync(Scope.Everything, query, cancellationToken) is not { Items.Count: > 0 } page) yield break;
            foreach (var row in page.Items)
            {
                // The oldest rows have been swept: what is left says nothing without them.
                if (FirstOf(row.Id) > Position) yield break;
                await foreach (var update in ReadRowAsync(row, cancellationToken)) yield return update;
                _lastRow = row.Id;
            }

            if (!page.HasMore) yield break;
        }
    }

    /// <summary>Takes in an update that another source gave.</summary>
    public void Follow(RunUpdate update)
    {
        Position++;
        if (update is RunUpdate.Fact fact && fact.Seq == timeline.State.Version) timeline.Add(fact.Event);
        switch (update)
        {
            case RunUpdate.TextDelta text:
                _shown.Append(text.Delta);
                break;
            case RunUpdate.TextVoid or RunUpdate.Fact { Event: RunEvent.TurnFinished }:
                _shown.Clear();
                break;
        }
    }

    /// <param name="first">Number of the first update.</param>
    public static Document Row(RunId run, Owner owner, long first, IReadOnlyList<RunUpdate> updates, DateTimeOffset now)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartArray();
            for (var i = 0; i < updates.Count; i++)
            {
                switch (updates[i])
                {
                    case RunUpdate.Fact fact:
                        json.WriteNumberValue(fact.Seq);
                        break;
                    case RunUpdate.TextDelta text:
                        json.WriteStringValue($"{Text}{text.Delta}");
                        break;
                    case RunUpdate.ReasoningDelta thought:
                        json.WriteStringValue($"{Reasoning}{thought.Delta}");
                        break;
                    case RunUpdate.TextVoid:
                        json.WriteStringValue(Void);
                        break;
                }
            }

            json.WriteEndArray();
        }

        return new(Kind, $"{run}e{first}", owner, buffer.WrittenMemory) { Parent = run.ToString(), CreatedAt = now, ExpiresAt = now + Kept };
    }

    /// <summary>Whether an update is told to readers; the others are of no use to this protocol.</summary>
    public static bool Tells(RunUpdate update) => update is RunUpdate.Fact or RunUpdate.TextDelta or RunUpdate.ReasoningDelta or RunUpdate.TextVoid;

    private static long FirstOf(string row) => long.Parse(row.AsSpan(row.LastIndexOf('e') + 1), System.Globalization.CultureInfo.InvariantCulture);

    private async IAsyncEnumerable<RunUpdate> ReadRowAsync(Document row, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var document = JsonDocument.Parse(row.Body);
        var number = FirstOf(row.Id);
        foreach (var entry in document.RootElement.EnumerateArray())
        {
            if (number++ < Position) continue;
            RunUpdate update = entry.ValueKind == JsonValueKind.Number
                ? new RunUpdate.Fact(entry.GetInt64(), await FactAsync(entry.GetInt64(), cancellationToken))
                : OfText(entry.GetString()!);
            Follow(update);
            yield return update;
        }
    }

    private RunUpdate OfText(string entry)
    {
        var turn = timeline.Turns.Count;
        return entry == Void ? new RunUpdate.TextVoid(turn)
            : entry[0] == Text ? new RunUpdate.TextDelta(turn, entry[1..])
            : new RunUpdate.ReasoningDelta(turn, entry[1..]);
    }

    private async ValueTask<RunEvent> FactAsync(long seq, CancellationToken cancellationToken)
    {
        if (seq < _firstFact || seq >= _firstFact + _facts.Count)
        {
            _facts.Clear();
            _firstFact = seq;
            await foreach (var @event in store.Journal.ReadAsync(timeline.Run, seq, cancellationToken)) _facts.Add(@event);
        }

        return seq < _firstFact + _facts.Count
            ? _facts[(int)(seq - _firstFact)]
            : throw new InvalidDataException($"Event {seq} of run {timeline.Run} was told, and is not in its journal.");
    }
}
