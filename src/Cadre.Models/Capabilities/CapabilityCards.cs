using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Logging;

namespace Cadre.Models.Capabilities;

/// <summary>
/// The card of one endpoint, in memory and under <c>&lt;state&gt;/capabilities/</c>. It is a memory, not a record: an unreadable one counts as none, and one
/// that cannot be written is kept in memory with a warning.
/// </summary>
internal sealed partial class CapabilityCards
{
    /// <summary>What was learnt in passing is asked again after this: servers are upgraded.</summary>
    private static readonly TimeSpan UseExpires = TimeSpan.FromDays(7);

    private const int LongestCardBytes = 1024 * 1024;

    private readonly Lock _gate = new();
    private readonly string _address;
    private readonly string? _file;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private CapabilityCard? _card;

    public CapabilityCards(string address, string? stateDirectory, TimeProvider time, ILogger logger)
    {
        (_address, _time, _logger) = (address, time, logger);
        if (stateDirectory is not null) _file = Path.Combine(stateDirectory, "capabilities", FileName(address));
    }

    public CapabilityCard Card
    {
        get
        {
            lock (_gate) return _card ??= Load() ?? new(_address);
        }
    }

    public bool Holds<T>(Finding<T>? finding) =>
        finding is not null && (finding.Source == FindingSource.Probe || _time.GetUtcNow() - finding.At < UseExpires);

    public Finding<T> Learn<T>(T value, string evidence) => new(value, FindingSource.Use, _time.GetUtcNow(), evidence);

    /// <summary>Changes the card as it stands in the file now, so that another process's findings are kept.</summary>
    public void Update(Func<CapabilityCard, CapabilityCard> change)
    {
        lock (_gate)
        {
            _card = change(Load() ?? _card ?? new(_address));
            if (_file is null) return;
            try
            {
                Save(_file, _card);
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                LogNotSaved(_logger, _file, exception.Message);
            }
        }
    }

    public static string FileName(string address)
    {
        var name = new StringBuilder();
        foreach (var character in new Uri(address).Authority) name.Append(char.IsAsciiLetterOrDigit(character) || character is '.' or '-' ? character : '-');
        return $"{name}-{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(address)))[..8]}.json";
    }

    private static void Save(string file, CapabilityCard card)
    {
        var directory = Path.GetDirectoryName(file)!;
        Directory.CreateDirectory(directory);
        var temporary = Path.Combine(directory, $".{Path.GetFileName(file)}.{Guid.NewGuid():n}");
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        try
        {
            using (var stream = new FileStream(temporary, options)) JsonSerializer.Serialize(stream, card, CapabilityJson.Default.CapabilityCard);
            File.Move(temporary, file, overwrite: true);
        }
        catch
        {
            File.Delete(temporary);
            throw;
        }
    }

    private CapabilityCard? Load()
    {
        if (_file is null || !File.Exists(_file)) return null;
        try
        {
            if (new FileInfo(_file).Length > LongestCardBytes) throw new IOException($"The card is longer than {LongestCardBytes} bytes.");
            var card = JsonSerializer.Deserialize(File.ReadAllBytes(_file), CapabilityJson.Default.CapabilityCard);
            return card is { Version: CapabilityCard.CurrentVersion } && card.Endpoint == _address && IsWhole(card) ? card : null;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or JsonException)
        {
            LogUnreadable(_logger, _file, exception.Message);
            return null;
        }
    }

    /// <summary>A hand may have cut lists out.</summary>
    private static bool IsWhole(CapabilityCard card) =>
        !card.Listed.IsDefault && card.Models is not null && card.Models.Values.All(model => model.Dropped is not null);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The capability card {File} could not be written; what was found is kept in memory: {Reason}")]
    private static partial void LogNotSaved(ILogger logger, string file, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The capability card {File} cannot be read and is ignored: {Reason}")]
    private static partial void LogUnreadable(ILogger logger, string file, string reason);
}
