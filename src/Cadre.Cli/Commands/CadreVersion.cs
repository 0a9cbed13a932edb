using System.Reflection;

namespace Cadre.Cli.Commands;

internal static class CadreVersion
{
    /// <summary>As the build set it.</summary>
    public static string Text => typeof(CadreVersion).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "0.0.0";
}
