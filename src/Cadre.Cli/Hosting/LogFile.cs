using System.Globalization;
using Cadre.Cli.Terminals;
using Microsoft.Extensions.Logging;

namespace Cadre.Cli.Hosting;

/// <summary>
/// The log of this program: a text file of bounded length and one before it. Standard error is for people. A log that cannot be written is given up
/// silently, for nothing depends on it.
/// </summary>
internal sealed class LogFile(string path, TimeProvider time) : ILoggerFactory
{
    private const long MaxBytes = 4 << 20;
    private const int MaxLine = 8_000;

    private readonly Lock _gate = new();
    private StreamWriter? _writer;
    private bool _broken;

    public ILogger CreateLogger(string categoryName) => new Category(this, categoryName[(categoryName.LastIndexOf('.') + 1)..]);

    public ILogger<T> For<T>() => new Logger<T>(this);

    public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException("This log has one destination.");

    /// <summary>Puts an exception with its stack into the log. False when the log cannot be written.</summary>
    public bool Keep(Exception exception)
    {
        Write(LogLevel.Error, "Cadre", exception.Message, exception);
        return !_broken;
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _writer?.Dispose();
            _writer = null;
            _broken = true;
        }
    }

    private void Write(LogLevel level, string category, string message, Exception? exception)
    {
        var text = exception is null ? message : $"{message} | {exception}";
        var line = $"{time.GetUtcNow().ToString("yyyy-MM-ddTHH:mm:ss.fffZ", CultureInfo.InvariantCulture)} {Word(level)} {category}: {TerminalText.Line(text, MaxLine)}";
        lock (_gate)
        {
            if (_broken) return;
            try
            {
                _writer ??= Open();
                _writer.WriteLine(line);
                _writer.Flush();
                if (_writer.BaseStream.Length > MaxBytes) TurnOver();
            }
            catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
            {
                _broken = true;
            }
        }
    }

    private StreamWriter Open()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        var options = new FileStreamOptions { Mode = FileMode.Append, Access = FileAccess.Write, Share = FileShare.ReadWrite | FileShare.Delete };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        return new(path, options);
    }

    private void TurnOver()
    {
        _writer!.Dispose();
        _writer = null;
        File.Move(path, path + ".1", overwrite: true);
    }

    private static string Word(LogLevel level) => level switch
    {
        LogLevel.Critical or LogLevel.Error => "ERROR",
        LogLevel.Warning => "WARN ",
        _ => "INFO ",
    };

    private sealed class Category(LogFile file, string name) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel is >= LogLevel.Information and < LogLevel.None;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (IsEnabled(logLevel)) file.Write(logLevel, name, formatter(state, exception), exception);
        }
    }
}
