using System.Security.Cryptography;
using System.Text;
using Cadre.Engine.Ports;
using Cadre.Guard.Policies;

namespace Cadre.Cli.Settings;

/// <summary>Reads settings strictly: every fault of every variable is found, none is guessed away.</summary>
/// <param name="variables">The environment; an empty value is as good as none.</param>
/// <param name="currentDirectory">Relative paths start here.</param>
internal sealed class SettingsReader(IReadOnlyDictionary<string, string> variables, string currentDirectory, Func<string, bool>? directoryExists = null)
{
    private const string DefaultModel = "gpt-4o-mini";
    private const string SimulatorModel = "simulator";
    private const int MaxModelLength = 256;

    private readonly Func<string, bool> _directoryExists = directoryExists ?? Directory.Exists;
    private readonly List<string> _errors = [];
    private readonly List<string> _warnings = [];
    private readonly List<Setting> _all = [];

    /// <summary>The settings, or every error, each naming its variable or option.</summary>
    public (CadreSettings? Settings, IReadOnlyList<string> Errors) Read(SettingOverrides? given = null)
    {
        given ??= new();
        var container = IsContainer();
        var endpoint = ReadEndpoint(container);
        var key = ReadKey();
        if (endpoint is null && key is not null) endpoint = new("https://api.openai.com/v1");
        Add(SettingNames.BaseUrl, endpoint?.GetLeftPart(UriPartial.Path) ?? "(none: the built-in simulator)",
            Value(SettingNames.BaseUrl) is not null ? "environment" : endpoint is null || !container ? "default" : "container");
        Add(SettingNames.ApiKey, key is null ? "(none)" : Mask(key), key is null ? "default" : "environment");

        var model = given.Model is { } chosen ? Checked("--model", chosen, "--model") : ReadModel(SettingNames.Model, endpoint is null ? SimulatorModel : DefaultModel);
        var small = ReadModel(SettingNames.SmallModel, model);
        var workspace = ReadWorkspace(given, container);
        var settings = new CadreSettings
        {
            Endpoint = endpoint,
            ApiKey = key,
            Model = model,
            SmallModel = small,
            PlannerModel = ReadModel(SettingNames.PlannerModel, model),
            ReviewerModel = ReadModel(SettingNames.ReviewerModel, small),
            Workspace = workspace,
            StateDirectory = ReadStateDirectory(workspace, container),
            ServerDirectory = ReadServerDirectory(workspace, container),
            ToolsDirectory = ReadDirectory(SettingNames.ToolsDirectory, container ? "/tools" : null, "XDG_DATA_HOME", ".local/share", "cadre/tools"),
            PoliciesDirectory = ReadDirectory(SettingNames.PoliciesDirectory, null, "XDG_CONFIG_HOME", ".config", "cadre/policies"),
            AllowNet = ReadNetworkSwitch(),
            ForceChatCompletions = ReadFlag(SettingNames.ForceChatCompletions),
            Sandbox = ReadSandbox(),
        };
        RefuseOverlap(settings);
        if (_errors.Count > 0) return (null, _errors);
        WarnOfNesting(settings);
        return (settings with { All = [.. _all], Warnings = [.. _warnings] }, []);
    }

    private bool IsContainer() =>
        Value(SettingNames.Container) == "1" && _directoryExists("/workspace") && _directoryExists("/state") && _directoryExists("/tools");

    private Uri? ReadEndpoint(bool container)
    {
        if (Value(SettingNames.BaseUrl) is not { } text) return container ? new("http://host.docker.internal:1234/v1") : null;
        if (!Uri.TryCreate(text.TrimEnd('/'), UriKind.Absolute, out var url) || url.Scheme is not ("http" or "https"))
            return Fault<Uri>($"{SettingNames.BaseUrl}: '{Shown(text)}' is not an http(s) URL, such as http://127.0.0.1:1234/v1.");
        if (url.UserInfo.Length > 0) return Fault<Uri>($"{SettingNames.BaseUrl}: a URL must not carry credentials; use {SettingNames.ApiKey}.");
        if (url.Fragment.Length > 0) return Fault<Uri>($"{SettingNames.BaseUrl}: a fragment ('{Shown(url.Fragment)}') is never sent; leave it out.");
        return url;
    }

    private string? ReadKey()
    {
        if (Value(SettingNames.ApiKey)?.Trim() is not { Length: > 0 } key) return null;
        return key.All(c => c is > ' ' and <= '~') ? key : Fault<string>($"{SettingNames.ApiKey}: contains a blank or a character that no HTTP header may carry.");
    }

    private string ReadModel(string name, string fallback) =>
        Value(name) is { } text ? Checked(name, text, "environment") : Checked(name, fallback, "default");

    private string Checked(string name, string model, string origin)
    {
        if (model.Length == 0 || model.Length > MaxModelLength || model.Any(c => char.IsControl(c) || c == ' '))
            _errors.Add($"{name}: '{Shown(model)}' cannot be the name of a model.");
        Add(name == "--model" ? SettingNames.Model : name, model, origin);
        return model;
    }

    private string ReadWorkspace(SettingOverrides given, bool container)
    {
        var (text, origin) = given.Workspace is { } option ? (option, "--workspace")
            : Value(SettingNames.Workspace) is { } value ? (value, "environment")
            : container ? ("/workspace", "container") : (currentDirectory, "default");
        var path = Absolute(text);
        var name = origin == "--workspace" ? origin : SettingNames.Workspace;
        if (!_directoryExists(path)) _errors.Add($"{name}: there is no directory '{Shown(path)}'.");
        Add(SettingNames.Workspace, path, origin);
        return path;
    }

    /// <summary>Below a state directory that was chosen; else one for the user, wherever the server is started.</summary>
    private string ReadServerDirectory(string workspace, bool container) => container || Value(SettingNames.StateDirectory) is not null
        ? Path.Combine(ReadStateDirectory(workspace, container), "server")
        : ReadDirectory(SettingNames.StateDirectory, null, "XDG_STATE_HOME", ".local/state", "cadre/server");

    private string ReadStateDirectory(string workspace, bool container) =>
        ReadDirectory(SettingNames.StateDirectory, container ? "/state" : null, "XDG_STATE_HOME", ".local/state", "cadre/" + StateName(workspace));

    private static string StateName(string workspace)
    {
        var folder = Path.GetFileName(workspace) is { Length: > 0 } name ? name : "root";
        return $"{folder}-{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(workspace)))[..8]}";
    }

    /// <param name="xdg">The variable of the XDG base directory specification; a relative value is ignored, as it says.</param>
    private string ReadDirectory(string name, string? container, string xdg, string below, string ours)
    {
        var (path, origin) = Value(name) is { } set ? (Absolute(set), "environment")
            : container is not null ? (container, "container")
            : Value(xdg) is { } root && Path.IsPathFullyQualified(root) ? (Path.Combine(root, ours), xdg)
            : Value("HOME") is { } home && Path.IsPathFullyQualified(home) ? (Path.Combine(home, below, ours), "default")
            : ("", "");
        if (path.Length == 0) _errors.Add($"{name}: not set, and neither {xdg} nor HOME says where it would be. Set it to a directory.");
        else if (File.Exists(path)) _errors.Add($"{name}: '{Shown(path)}' is a file, not a directory.");
        Add(name, path, origin);
        return path;
    }

    private bool ReadNetworkSwitch()
    {
        var value = Value(SettingNames.AllowNet);
        if (!NetworkSwitch.TryParse(value, out var allowed, out var error)) _errors.Add(error);
        Add(SettingNames.AllowNet, allowed ? "true" : "false", value is null ? "default" : "environment");
        return allowed;
    }

    private bool ReadFlag(string name)
    {
        var value = Value(name);
        bool? flag = value?.ToLowerInvariant() switch
        {
            null => false,
            "true" or "1" or "yes" or "on" => true,
            "false" or "0" or "no" or "off" => false,
            _ => null,
        };
        if (flag is null) _errors.Add($"{name}: '{Shown(value!)}' is neither true nor false.");
        Add(name, flag == true ? "true" : "false", value is null ? "default" : "environment");
        return flag == true;
    }

    private SandboxLevel? ReadSandbox()
    {
        var value = Value(SettingNames.Sandbox);
        SandboxLevel? level = value?.ToLowerInvariant() switch
        {
            "bubblewrap" => SandboxLevel.Bubblewrap,
            "landlock" => SandboxLevel.Landlock,
            _ => null,
        };
        if (value is not null && level is null) _errors.Add($"{SettingNames.Sandbox}: '{Shown(value)}' is neither bubblewrap nor landlock.");
        Add(SettingNames.Sandbox, level?.ToString().ToLowerInvariant() ?? "(the strongest that works)", value is null ? "default" : "environment");
        return level;
    }

    /// <summary>A directory of Cadre's own cannot be the project itself: all of it would be protected from the agent, or none.</summary>
    private void RefuseOverlap(CadreSettings settings)
    {
        foreach (var (name, path) in new[] { (SettingNames.StateDirectory, settings.StateDirectory), (SettingNames.ToolsDirectory, settings.ToolsDirectory), (SettingNames.PoliciesDirectory, settings.PoliciesDirectory) })
        {
            if (path == settings.Workspace) _errors.Add($"{name}: '{Shown(path)}' is the workspace itself; set it to a directory of its own.");
        }
    }

    private void WarnOfNesting(CadreSettings settings)
    {
        if (IsWithin(settings.StateDirectory, settings.Workspace))
            _warnings.Add($"The state directory {settings.StateDirectory} lies inside the workspace. The agent cannot write to it, but it can be read there; set {SettingNames.StateDirectory} to a directory outside.");
    }

    internal static bool IsWithin(string path, string directory) =>
        path == directory || path.StartsWith(directory.EndsWith('/') ? directory : directory + "/", StringComparison.Ordinal);

    private string Absolute(string path)
    {
        var home = Value("HOME");
        var expanded = home is not null && (path == "~" || path.StartsWith("~/", StringComparison.Ordinal)) ? home + path[1..] : path;
        var full = Path.GetFullPath(expanded, currentDirectory);
        return full.Length > 1 ? full.TrimEnd('/') : full;
    }

    private string? Value(string name) => variables.TryGetValue(name, out var value) && value.Length > 0 ? value : null;

    private void Add(string name, string value, string origin) => _all.Add(new(name, value, origin));

    private T? Fault<T>(string error)
        where T : class
    {
        _errors.Add(error);
        return null;
    }

    private static string Mask(string secret) => secret.Length >= 16 ? $"{secret[..3]}…{secret[^2..]}" : "…";

    private static string Shown(string text) => text.Length <= 120 ? text : text[..119] + "…";
}

/// <summary>What options say in place of variables.</summary>
internal sealed record SettingOverrides(string? Workspace = null, string? Model = null);
