using Cadre.Engine.Ports;
using Cadre.Storage.Documents;
using Cadre.Storage.Jsonl;
using Cadre.Testing;

namespace Cadre.Storage.Tests.Jsonl;

public class JsonlJournalContract : JournalContract
{
    private readonly TemporaryDirectory _directory = new();
    private JsonlJournal? _journal;

    protected virtual JsonlOptions Options => new();

    protected override async ValueTask<IJournal> CreateAsync() => _journal = await JsonlJournal.OpenAsync(_directory.Root, Options, TimeProvider.System, Samples.Cancellation);

    protected override async ValueTask<IJournal> ReopenAsync()
    {
        await _journal!.DisposeAsync();
        return await CreateAsync();
    }

    protected override async ValueTask DestroyAsync()
    {
        await _journal!.DisposeAsync();
        _directory.Dispose();
    }

    [Fact]
    public async Task An_effect_in_tables_is_refused_with_its_record()
    {
        var run = Samples.NewRun();
        await Assert.ThrowsAsync<NotSupportedException>(async () => await Journal.AppendAsync(run, 0, Samples.Saying(1), [new JointChanges([])], Samples.Cancellation));
        Assert.Empty(await Journal.ReadAsync(run, 0, Samples.Cancellation).ToListAsync(Samples.Cancellation));
    }
}

/// <summary>The same promises where every limit is reached all the time.</summary>
public sealed class JsonlJournalContractInTightQuarters : JsonlJournalContract
{
    protected override JsonlOptions Options => new()
    {
        WaitingAppends = 3,
        WaitingBytes = 2000,
        SegmentBytes = 8 << 10,
        FlushDelay = TimeSpan.FromMilliseconds(1),
        IdleCheckpoint = TimeSpan.FromMilliseconds(1),
        OpenFiles = 2,
        KnownRuns = 4,
    };
}
