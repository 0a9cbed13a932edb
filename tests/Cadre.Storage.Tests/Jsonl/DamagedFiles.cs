using Cadre.Engine.Ports;
using Cadre.Engine.Runs;
using Cadre.Storage.Jsonl;
using Cadre.Testing;
using static Cadre.Storage.Tests.Samples;

namespace Cadre.Storage.Tests.Jsonl;

/// <summary>What a journal makes of a file that is not as it left it.</summary>
public sealed class DamagedFiles : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly RunId _run = NewRun();

    private string RunPath => Path.Combine(_directory.Root, $"run-{_run}.jsonl");

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Every_byte_prefix_loads_and_goes_on()
    {
        var events = OfEveryKind();
        await WriteAsync([.. events]);
        var whole = await File.ReadAllBytesAsync(RunPath, Cancellation);
        var json = events.Select(Json).ToArray();
        for (var length = 0; length <= whole.Length; length++)
        {
            await File.WriteAllBytesAsync(RunPath, whole[..length], Cancellation);
            var lines = whole.AsSpan(0, length).Count((byte)'\n');
            if (length < whole.Length && whole[length] == '\n') lines++;
            var beside = await ReadAsync(await JsonlJournal.OpenReadOnlyAsync(_directory.Root, null, Cancellation));
            Assert.Equal(json.Take(lines), beside.Select(Json));
            if (length % 41 != 0 && length != whole.Length) continue;

            await using (var journal = await OpenAsync())
            {
                Assert.Equal(lines, (await ReadAsync(journal)).Count);
                Assert.True((await journal.AppendAsync(_run, lines, [Said("on")], Cancellation)).Won);
            }

            await using var again = await OpenAsync();
            Assert.Equal([.. json.Take(lines), Json(Said("on"))], (await ReadAsync(again)).Select(Json));
        }
    }

    [Fact]
    public async Task A_change_of_any_byte_inside_is_found_and_nothing_is_touched()
    {
        await WriteAsync(Saying(3));
        var whole = await File.ReadAllBytesAsync(RunPath, Cancellation);
        var first = Array.IndexOf(whole, (byte)'\n') + 1;
        var last = Array.IndexOf(whole, (byte)'\n', first);
        for (var at = first; at <= last; at++)
        {
            foreach (var flip in (byte[])[1, 0x20, 0xFF])
            {
                var changed = whole.ToArray();
                changed[at] ^= flip;
                await File.WriteAllBytesAsync(RunPath, changed, Cancellation);
                var beside = await JsonlJournal.OpenReadOnlyAsync(_directory.Root, null, Cancellation);
                var read = new List<RunEvent>();
                var damage = await Assert.ThrowsAsync<JournalDamagedException>(async () =>
                {
                    await foreach (var @event in beside.ReadAsync(_run, 0, Cancellation)) read.Add(@event);
                });
                Assert.Equal((_run, 1L, 1), (damage.Run, damage.Position, read.Count));
                if (at % 8 == 0) await RefusesAsync(1);
                Assert.Equal(changed, await File.ReadAllBytesAsync(RunPath, Cancellation));
            }
        }
    }

    [Theory]
    [InlineData("missing"), InlineData("doubled"), InlineData("swapped")]
    public async Task Lines_in_another_order_are_damage(string how)
    {
        await WriteAsync(Saying(5));
        var lines = await File.ReadAllLinesAsync(RunPath, Cancellation);
        string[] changed = how switch
        {
            "missing" => [lines[0], lines[1], lines[3], lines[4]],
            "doubled" => [lines[0], lines[1], lines[1], lines[2]],
            _ => [lines[0], lines[1], lines[3], lines[2], lines[4]],
        };
        await File.WriteAllTextAsync(RunPath, string.Join('\n', changed) + "\n", Cancellation);
        await using var journal = await OpenAsync();
        Assert.Equal(2, (await DamageAsync(journal, _run)).Position);
    }

    [Fact]
    public async Task The_lines_of_another_run_are_damage()
    {
        await WriteAsync(Saying(2));
        var other = NewRun();
        File.Move(RunPath, Path.Combine(_directory.Root, $"run-{other}.jsonl"));
        await using var journal = await OpenAsync();
        var damage = await DamageAsync(journal, other);
        Assert.Equal((other, 0L), (damage.Run, damage.Position));
        Assert.Contains("another run", damage.Reason);
    }

    [Fact]
    public async Task An_event_of_a_newer_version_is_named()
    {
        await WriteAsync(Saying(2));
        var line = FutureLine(2, """{"type":"future.thing","at":"2026-11-21T09:00:00+00:00"}""");
        await File.AppendAllTextAsync(RunPath, line, Cancellation);
        await using var journal = await OpenAsync();
        var damage = await DamageAsync(journal, _run);
        Assert.Equal(2, damage.Position);
        Assert.Contains("'future.thing'", damage.Reason);
        Assert.Contains("newer", damage.Reason);
    }

    [Theory]
    [InlineData("""{"type":"message.added","message":null,"at":"2026-11-21T09:00:00+00:00"}"""), InlineData("null"), InlineData("[]"), InlineData("{"), InlineData("{\"type\":7}")]
    public async Task A_well_sealed_line_that_is_no_event_is_damage(string json)
    {
        await WriteAsync(Saying(1));
        await File.AppendAllTextAsync(RunPath, FutureLine(1, json), Cancellation);
        await using var journal = await OpenAsync();
        Assert.Equal(1, (await DamageAsync(journal, _run)).Position);
    }

    [Theory]
    [InlineData(""), InlineData("{\"seq\":3,\"crc\":\"12")]
    public async Task Zeros_that_a_power_cut_left_at_the_end_are_cut(string torn)
    {
        await WriteAsync(Saying(3));
        var whole = await File.ReadAllBytesAsync(RunPath, Cancellation);
        await File.AppendAllTextAsync(RunPath, torn + new string('\0', 200_000), Cancellation);
        await using (var journal = await OpenAsync())
        {
            Assert.Equal(3, (await ReadAsync(journal)).Count);
            Assert.Equal(new AppendResult(true, 4), await journal.AppendAsync(_run, 3, [Said("on")], Cancellation));
        }

        Assert.Equal(whole, (await File.ReadAllBytesAsync(RunPath, Cancellation))[..whole.Length]);
        Assert.DoesNotContain('\0', await File.ReadAllTextAsync(RunPath, Cancellation));
    }

    [Fact]
    public async Task Zeros_inside_are_damage()
    {
        await WriteAsync(Saying(3));
        var whole = await File.ReadAllBytesAsync(RunPath, Cancellation);
        var first = Array.IndexOf(whole, (byte)'\n') + 1;
        await File.WriteAllBytesAsync(RunPath, [.. whole[..first], .. new byte[100], .. whole[first..]], Cancellation);
        await using var journal = await OpenAsync();
        Assert.Equal(1, (await DamageAsync(journal, _run)).Position);
    }

    [Fact]
    public async Task A_line_over_the_limit_is_refused_and_is_damage_where_it_stands()
    {
        var options = new JsonlOptions { LineLimit = 200_000 };
        await WriteAsync(Saying(1));
        await using (var journal = await OpenAsync(options))
        {
            await Assert.ThrowsAsync<ArgumentException>(async () => await journal.AppendAsync(_run, 1, [Said(new string('x', 200_000))], Cancellation));
            Assert.True((await journal.AppendAsync(_run, 1, [Said(new string('x', 90_000))], Cancellation)).Won);
        }

        await File.AppendAllTextAsync(RunPath, new string('y', 1_000_000) + "\n", Cancellation);
        await using (var journal = await OpenAsync(options)) Assert.Equal(2, (await DamageAsync(journal, _run)).Position);
        await File.WriteAllTextAsync(RunPath, new string('y', 1_000_000), Cancellation);
        await using (var journal = await OpenAsync(options)) Assert.Empty(await ReadAsync(journal));
    }

    [Fact]
    public async Task Files_that_are_no_journals_are_not_listed()
    {
        await WriteAsync(Saying(1));
        foreach (var name in (string[])["run-.jsonl", "run-UPPER.jsonl", "run-a..b.jsonl", "run-x.jsonl.bak", "notes.txt", "run-empty.jsonl"])
        {
            await File.WriteAllTextAsync(Path.Combine(_directory.Root, name), name.Contains("empty") ? "" : "x\n", Cancellation);
        }

        await using var journal = await OpenAsync();
        Assert.Equal([_run], await journal.ListAsync(Cancellation).ToListAsync(Cancellation));
    }

    /// <summary>The run is not appended to; another one is.</summary>
    private async Task RefusesAsync(long position)
    {
        await using var journal = await OpenAsync();
        Assert.Equal(position, (await DamageAsync(journal, _run)).Position);
        var damage = await Assert.ThrowsAsync<JournalDamagedException>(async () => await journal.AppendAsync(_run, 3, [Said("x")], Cancellation));
        Assert.Equal(position, damage.Position);
        Assert.True((await journal.AppendAsync(NewRun(), 0, [Said("on")], Cancellation)).Won);
    }

    private string FutureLine(long sequence, string json)
    {
        var bytes = System.Text.Encoding.UTF8.GetBytes(json);
        var id = Storage.Durable.Crc32C.Append(Storage.Durable.Crc32C.Start, System.Text.Encoding.ASCII.GetBytes(_run.ToString()));
        return $$"""{"seq":{{sequence}},"crc":"{{JournalLine.Checksum(id, sequence, bytes):x8}}","event":{{json}}}""" + "\n";
    }

    private async Task WriteAsync(RunEvent[] events)
    {
        await using var journal = await OpenAsync();
        Assert.True((await journal.AppendAsync(_run, 0, events, Cancellation)).Won);
    }

    private ValueTask<JsonlJournal> OpenAsync(JsonlOptions? options = null) => JsonlJournal.OpenAsync(_directory.Root, options, TimeProvider.System, Cancellation);

    private ValueTask<List<RunEvent>> ReadAsync(IJournal journal) => journal.ReadAsync(_run, 0, Cancellation).ToListAsync(Cancellation);

    private static Task<JournalDamagedException> DamageAsync(IJournal journal, RunId run) =>
        Assert.ThrowsAsync<JournalDamagedException>(async () => await journal.ReadAsync(run, 0, Cancellation).CountAsync(Cancellation));
}
