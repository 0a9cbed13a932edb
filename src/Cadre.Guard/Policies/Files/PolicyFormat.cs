using Cadre.Guard.Policies.Yaml;

namespace Cadre.Guard.Policies.Files;

/// <summary>The format of the policy files. Once written, a version is never read differently.</summary>
internal static class PolicyFormat
{
    public const string Version = "1";

    public static void CheckVersion(MapReader file)
    {
        if (file.Require("version") && file.Text("version") is { Value: not Version } version)
            file.Errors.Add(version, $"this version of Cadre reads version {Version}, not '{version.Value}'");
    }
}
