using System.Text;
using Microsoft.Extensions.Logging;

namespace Cadre.Server.Templates;

/// <summary>The templates that come with Cadre and those in <c>templates/</c> of the tools directory, which win. Read when they are asked for.</summary>
internal sealed partial class TemplateLibrary(string toolsDirectory, ILogger<TemplateLibrary> logger)
{
    private const int MaxFiles = 256;
    private const string Prefix = "Cadre.Server.Templates.Included.";
    private static readonly Lazy<AgentTemplate[]> Included = new(ReadIncluded);

    public IReadOnlyList<AgentTemplate> List()
    {
        var directory = Path.Combine(toolsDirectory, "templates");
        var found = Directory.Exists(directory) ? Directory.EnumerateFiles(directory, "*.yaml").Order(StringComparer.Ordinal).Take(MaxFiles) : [];
        return [.. found.Select(Read).OfType<AgentTemplate>().Concat(Included.Value).DistinctBy(template => template.Name).OrderBy(template => template.Name, StringComparer.Ordinal)];
    }

    private static AgentTemplate[] ReadIncluded()
    {
        var assembly = typeof(TemplateLibrary).Assembly;
        return [.. assembly.GetManifestResourceNames().Where(name => name.StartsWith(Prefix, StringComparison.Ordinal)).Select(name =>
        {
            using var reader = new StreamReader(assembly.GetManifestResourceStream(name)!);
            return AgentTemplate.Parse(reader.ReadToEnd());
        })];
    }

    private AgentTemplate? Read(string path)
    {
        try
        {
            if (new FileInfo(path).Length > AgentTemplate.MaxBytes) throw new FormatException($"1: more than {AgentTemplate.MaxBytes >> 10} KiB");
            return AgentTemplate.Parse(File.ReadAllText(path, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true)));
        }
        catch (Exception failure) when (failure is FormatException or IOException or UnauthorizedAccessException or DecoderFallbackException)
        {
            Refused(path, failure.Message);
            return null;
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "{Path}:{Problem}. The template is not used.")]
    private partial void Refused(string path, string problem);
}
