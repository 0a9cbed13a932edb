using System.Text;
using Cadre.Storage.Jsonl;
using Cadre.Testing;
using static Cadre.Storage.Tests.Samples;

namespace Cadre.Storage.Tests.Jsonl;

public sealed class InboxTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly FakeTimeProvider _time = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Messages_that_waited_and_messages_that_come_are_handed_out_in_order_and_removed()
    {
        var inbox = Inbox.Open(_directory.Root);
        Send(inbox, "a");
        Send(inbox, "b");
        var read = new List<string>();
        await foreach (var message in Inbox.Open(_directory.Root).ReadAsync(Cancellation))
        {
            Assert.Equal("decision", message.Kind);
            read.Add(Encoding.UTF8.GetString(message.Payload.Span));
            if (read.Count == 2) Send(inbox, "c");
            if (read.Count == 3) _ = Task.Run(() => Send(inbox, "d"), Cancellation);
            if (read.Count == 4) break;
        }

        Assert.Equal(["a", "b", "c", "d"], read.Select(payload => payload[9..^2]));
        Assert.Single(Waiting()); // the one that was not finished
    }

    [Fact]
    public async Task A_message_whose_handling_was_cut_short_comes_again()
    {
        var inbox = Inbox.Open(_directory.Root);
        Send(inbox, "a");
        for (var i = 0; i < 3; i++) await foreach (var message in inbox.ReadAsync(Cancellation)) break;
        Assert.Single(Waiting());
    }

    [Fact]
    public async Task What_is_no_message_is_set_aside()
    {
        var inbox = Inbox.Open(_directory.Root);
        var folder = _directory["inbox"];
        await File.WriteAllTextAsync(Path.Combine(folder, "000.json"), "{\"kind\":", Cancellation);
        await File.WriteAllTextAsync(Path.Combine(folder, "001.json"), "[]", Cancellation);
        await File.WriteAllBytesAsync(Path.Combine(folder, "002.json"), new byte[Inbox.MessageLimit + 1], Cancellation);
        await File.WriteAllTextAsync(Path.Combine(folder, "003.json.tmp"), "half", Cancellation);
        Send(inbox, "a");
        await foreach (var message in inbox.ReadAsync(Cancellation))
        {
            Assert.Equal("decision", message.Kind);
            break;
        }

        Assert.Equal(["000.json.rejected", "001.json.rejected", "002.json.rejected"], Directory.GetFiles(folder, "*.rejected").Select(Path.GetFileName).Order());
    }

    [Fact]
    public void What_is_too_long_or_not_JSON_is_refused()
    {
        var inbox = Inbox.Open(_directory.Root);
        Assert.Throws<ArgumentException>(() => inbox.Send("k", "{"u8, _time));
        Assert.Throws<ArgumentException>(() => inbox.Send("k", Encoding.UTF8.GetBytes($"\"{new string('x', Inbox.MessageLimit)}\""), _time));
        Assert.Empty(Waiting());
    }

    [Fact]
    public async Task A_reader_stops_when_told()
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        await using var reader = Inbox.Open(_directory.Root).ReadAsync(stop.Token).GetAsyncEnumerator(Cancellation);
        var next = reader.MoveNextAsync();
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await next);
    }

    private string[] Waiting() => Directory.GetFiles(_directory["inbox"], "*.json");

    private void Send(Inbox inbox, string text)
    {
        _time.Advance(TimeSpan.FromMilliseconds(1));
        inbox.Send("decision", Encoding.UTF8.GetBytes($$"""{"text":"{{text}}"}"""), _time);
    }
}
