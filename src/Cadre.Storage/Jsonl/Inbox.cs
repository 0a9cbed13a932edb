using System.Buffers;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Threading.Channels;
using Cadre.Storage.Durable;

namespace Cadre.Storage.Jsonl;

/// <summary>
/// How another process tells the holder of a state directory something: it puts a file into <c>inbox/</c>, in one step, and the holder handles the
/// files in order and removes them. A message left while nobody holds the directory waits for the next holder.
/// </summary>
public sealed class Inbox
{
    /// <summary>Bytes of a message, kind included.</summary>
    public const int MessageLimit = 1 << 20;

    /// <summary>Messages that may wait; a sender beyond it is refused.</summary>
    public const int WaitingLimit = 10_000;

    private const string Name = "inbox";
    private const string Suffix = ".json";
    private const string Rejected = ".rejected";
    private readonly string _directory;
    private readonly IDisk _disk;

    private Inbox(string directory, IDisk disk) => (_directory, _disk) = (directory, disk);

    /// <summary>The inbox of a state directory; made if there is none.</summary>
    public static Inbox Open(string stateDirectory, IDisk? disk = null)
    {
        disk ??= PosixDisk.Instance;
        var directory = Path.Combine(Path.GetFullPath(stateDirectory), Name);
        DurableFile.CreateDirectory(disk, directory);
        return new(directory, disk);
    }

    /// <summary>On return the message is durable and will be handed out.</summary>
    /// <param name="payload">JSON.</param>
    /// <exception cref="ArgumentException">The message is too long or its payload is not JSON.</exception>
    /// <exception cref="IOException">It could not be stored, or too many wait.</exception>
    public void Send(string kind, ReadOnlySpan<byte> payload, TimeProvider time)
    {
        if (Waiting().Count >= WaitingLimit) throw new IOException($"{WaitingLimit} messages wait in {_directory}: is anybody reading them?");
        var content = new ArrayBufferWriter<byte>(payload.Length + 64);
        using (var writer = new Utf8JsonWriter(content))
        {
            writer.WriteStartObject();
            writer.WriteString("kind", kind);
            writer.WritePropertyName("payload");
            try
            {
                writer.WriteRawValue(payload);
            }
            catch (JsonException notJson)
            {
                throw new ArgumentException("The payload is not JSON.", nameof(payload), notJson);
            }

            writer.WriteEndObject();
        }

        if (content.WrittenCount > MessageLimit) throw new ArgumentException($"A message is at most {MessageLimit} bytes long.", nameof(payload));
        var name = $"{time.GetUtcNow().UtcTicks:D20}-{Guid.NewGuid():n}{Suffix}";
        DurableFile.Replace(_disk, Path.Combine(_directory, name), content.WrittenSpan);
    }

    /// <summary>
    /// Messages as they come, oldest first, until cancelled; those that waited come at once. Taking the next one says that the one before was handled,
    /// and removes it. After a crash in between it is handed out again. What is no message is set aside as <c>*.rejected</c>.
    /// </summary>
    public async IAsyncEnumerable<InboxMessage> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var wake = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
        using var watcher = new FileSystemWatcher(_directory, "*" + Suffix) { NotifyFilter = NotifyFilters.FileName };
        watcher.Renamed += (_, _) => wake.Writer.TryWrite(true);
        watcher.Created += (_, _) => wake.Writer.TryWrite(true);
        watcher.Error += (_, _) => wake.Writer.TryWrite(true); // Events were lost: look again.
        watcher.EnableRaisingEvents = true;
        while (true)
        {
            foreach (var path in Waiting())
            {
                cancellationToken.ThrowIfCancellationRequested();
                if (await TryReadAsync(path, cancellationToken) is not { } message)
                {
                    _disk.Rename(path, path + Rejected);
                    continue;
                }

                yield return message;
                File.Delete(path);
                _disk.SyncDirectory(_directory);
            }

            await wake.Reader.ReadAsync(cancellationToken);
        }
    }

    private List<string> Waiting()
    {
        List<string> paths = [.. Directory.EnumerateFiles(_directory, "*" + Suffix)];
        paths.Sort(StringComparer.Ordinal);
        return paths;
    }

    private static async Task<InboxMessage?> TryReadAsync(string path, CancellationToken cancellationToken)
    {
        if (new FileInfo(path).Length > MessageLimit) return null;
        try
        {
            using var document = JsonDocument.Parse(await File.ReadAllBytesAsync(path, cancellationToken));
            var root = document.RootElement;
            return root.ValueKind == JsonValueKind.Object && root.TryGetProperty("kind", out var kind) && kind.ValueKind == JsonValueKind.String
                && root.TryGetProperty("payload", out var payload)
                    ? new InboxMessage(kind.GetString()!, System.Text.Encoding.UTF8.GetBytes(payload.GetRawText()))
                    : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}

/// <param name="Payload">JSON.</param>
public sealed record InboxMessage(string Kind, ReadOnlyMemory<byte> Payload);
