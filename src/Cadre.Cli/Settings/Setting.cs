namespace Cadre.Cli.Settings;

/// <summary>A value in force and where it came from, for <c>cadre doctor</c>.</summary>
/// <param name="Value">As it may be shown: a secret is masked.</param>
/// <param name="Origin">"environment", "default", "container" or the option that set it.</param>
internal sealed record Setting(string Name, string Value, string Origin);
