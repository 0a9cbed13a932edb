using Microsoft.Extensions.Logging;

namespace Cadre.Server.Chat;

/// <summary>The chat's settings in force. A changed file is read with the policies; a bad one is refused, and what was in force stays.</summary>
public sealed partial class ChatConfiguration
{
    private readonly string _path;
    private readonly ChatSettings _defaults;
    private readonly ILogger<ChatConfiguration> _logger;
    private volatile ChatSettings _current;

    /// <param name="toolsDirectory">Where chat.yaml lies; neither need exist.</param>
    /// <param name="model">Unless the file names another.</param>
    public ChatConfiguration(string toolsDirectory, string model, ILogger<ChatConfiguration> logger)
    {
        (_path, _logger) = (Path.Combine(toolsDirectory, ChatSettingsFile.Name), logger);
        _current = _defaults = new(model);
        Reload();
    }

    internal ChatSettings Current => _current;

    /// <summary>What is wrong with the file, with its line; empty when it is in force.</summary>
    public IReadOnlyList<string> Reload()
    {
        if (ChatSettingsFile.TryRead(_path, _defaults, out var settings, out var problem)) _current = settings;
        else Refused(problem);
        return problem is null ? [] : [problem];
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "{Problem}. The chat's settings that were in force stay in force.")]
    private partial void Refused(string problem);
}
