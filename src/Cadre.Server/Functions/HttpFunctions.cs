using Cadre.Engine.Ports;
using Cadre.Engine.Tools;
using Microsoft.Extensions.Logging;

namespace Cadre.Server.Functions;

/// <summary>The functions that the files in <c>functions/</c> of the tools directory declare. A file that is wrong is left out, or stays as it was when it was right.</summary>
public sealed partial class HttpFunctions : IToolSource, IDisposable
{
    private const int MaxFiles = 256;
    private static readonly TimeSpan LookAgainAfter = TimeSpan.FromSeconds(1);

    private readonly string _directory;
    private readonly Func<string, string?> _variable;
    private readonly TimeProvider _time;
    private readonly ILogger<HttpFunctions> _logger;
    private readonly FunctionHttp _http = new();
    private readonly Lock _gate = new();
    private readonly Dictionary<string, (DateTime Written, HttpFunctionFile? File)> _files = new(StringComparer.Ordinal);
    private volatile IReadOnlyList<ITool> _tools = [];
    private long _lookedAt;

    /// <param name="variable">An environment variable's value, for headers with secrets.</param>
    public HttpFunctions(string toolsDirectory, Func<string, string?> variable, TimeProvider time, ILogger<HttpFunctions> logger)
    {
        (_directory, _variable, _time, _logger) = (Path.Combine(toolsDirectory, "functions"), variable, time, logger);
        Reload();
    }

    public ValueTask<IReadOnlyList<ITool>> ListAsync(Owner owner, CancellationToken cancellationToken)
    {
        if (_time.GetElapsedTime(Volatile.Read(ref _lookedAt)) >= LookAgainAfter) Reload();
        return new(_tools);
    }

    /// <summary>Reads what has changed. What is wrong, each with file and line.</summary>
    public IReadOnlyList<string> Reload()
    {
        lock (_gate)
        {
            Volatile.Write(ref _lookedAt, _time.GetTimestamp());
            var problems = new List<string>();
            var found = Directory.Exists(_directory) ? Directory.EnumerateFiles(_directory, "*.yaml").Order(StringComparer.Ordinal).Take(MaxFiles).ToArray() : [];
            var changed = false;
            foreach (var gone in _files.Keys.Except(found).ToArray()) changed |= _files.Remove(gone);
            foreach (var path in found) changed |= Read(path, problems);
            if (changed) _tools = [.. _files.Values.Where(file => file.File is not null).DistinctBy(file => file.File!.Definition.Name).Select(file => new HttpFunction(file.File!, _http))];
            return problems;
        }
    }

    public void Dispose() => _http.Dispose();

    private bool Read(string path, List<string> problems)
    {
        var written = File.GetLastWriteTimeUtc(path);
        var before = _files.GetValueOrDefault(path);
        if (before.Written == written) return false;
        var file = HttpFunctionFile.Read(path, _variable, out var problem);
        if (problem is not null)
        {
            problems.Add(problem);
            Refused(problem);
        }

        _files[path] = (written, file ?? before.File);
        return file is not null;
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "{Problem}. The file is not used.")]
    private partial void Refused(string problem);
}
