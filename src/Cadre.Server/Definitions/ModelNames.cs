using Cadre.Server.Upstreams;
using Microsoft.Extensions.Logging;

namespace Cadre.Server.Definitions;

/// <summary>
/// Which of the endpoint's models a name stands for: an operator's alias, or the default when the endpoint has no model of that name (docs/chat-completions.md).
/// Old programs name models that are gone.
/// </summary>
public sealed partial class ModelNames
{
    /// <summary>How soon a changed file is seen.</summary>
    private static readonly TimeSpan LookAgainAfter = TimeSpan.FromSeconds(1);

    private readonly string _path;
    private readonly string? _default;
    private readonly TimeProvider _time;
    private readonly ILogger<ModelNames> _logger;
    private readonly Lock _gate = new();
    private volatile ModelNamesFile _file = ModelNamesFile.Empty;
    private (DateTime Written, long Length) _stamp;
    private long _lookedAt;

    /// <param name="toolsDirectory">Where <see cref="ModelNamesFile.Name"/> lies; neither need exist.</param>
    /// <param name="otherwise">The default when the file names none; null for none.</param>
    public ModelNames(string toolsDirectory, string? otherwise, ModelList list, TimeProvider time, ILogger<ModelNames> logger)
    {
        (_path, _default, List, _time, _logger) = (Path.Combine(toolsDirectory, ModelNamesFile.Name), otherwise, list, time, logger);
        Reload();
    }

    public ModelList List { get; }

    /// <summary>By alias.</summary>
    public IReadOnlyDictionary<string, string> Aliases => Current().Aliases;

    public string? Default => Current().Default ?? _default;

    /// <summary>The endpoint's name for it; the name itself when nothing better is known, for the endpoint to judge.</summary>
    public ValueTask<string> ResolveAsync(string name, CancellationToken cancellationToken)
    {
        var file = Current();
        if (file.Aliases.TryGetValue(name, out var target)) return new(target);
        if ((file.Default ?? _default) is not { } otherwise || otherwise == name || file.Targets.Contains(name)) return new(name);
        var asking = List.GetAsync(cancellationToken);
        return asking.IsCompletedSuccessfully ? new(Choose(asking.Result, name, otherwise)) : AwaitAsync(asking.AsTask(), name, otherwise);
    }

    /// <summary>Reads the file anew. What is wrong with it, each with file and line; then the one before stays in force.</summary>
    public IReadOnlyList<string> Reload()
    {
        lock (_gate)
        {
            _stamp = Stamp();
            _lookedAt = _time.GetTimestamp();
            if (ModelNamesFile.TryRead(_path, out var file, out var problem)) _file = file;
            else Refused(problem);
            return problem is null ? [] : [problem];
        }
    }

    private static async ValueTask<string> AwaitAsync(Task<EndpointModels> asking, string name, string otherwise) => Choose(await asking, name, otherwise);

    private static string Choose(EndpointModels models, string name, string otherwise) => models.State switch
    {
        ListState.Known => models.ById.ContainsKey(name) ? name : otherwise,
        ListState.None => otherwise,
        _ => name,
    };

    private ModelNamesFile Current()
    {
        if (_time.GetElapsedTime(Volatile.Read(ref _lookedAt)) < LookAgainAfter) return _file;
        Volatile.Write(ref _lookedAt, _time.GetTimestamp());
        if (Stamp() != _stamp) Reload();
        return _file;
    }

    private (DateTime Written, long Length) Stamp()
    {
        var file = new FileInfo(_path);
        return file.Exists ? (file.LastWriteTimeUtc, file.Length) : default;
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "{Problem}. The model names that were in force stay in force.")]
    private partial void Refused(string problem);
}
