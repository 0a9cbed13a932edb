using System.Runtime.InteropServices;

namespace Cadre.Bench;

/// <summary>Says each line as it is known, and keeps the page for a file.</summary>
internal sealed class Report : IDisposable
{
    private readonly string? _path;
    private readonly StringWriter _page = new() { NewLine = "\n" };

    public Report(string? path, string title, string verb)
    {
        _path = path;
        Line($"# {title}");
        Line();
        Line($"Written by `cadre-bench {verb} --report FILE` on {TimeProvider.System.GetUtcNow():yyyy-MM-dd}: {Environment.ProcessorCount} processors, {RuntimeInformation.OSDescription}, {RuntimeInformation.FrameworkDescription}. The ratios are what counts: both sides were measured in this one run.");
        Line();
    }

    public void Line(string text = "")
    {
        Console.WriteLine(text);
        _page.WriteLine(text);
    }

    public void Dispose()
    {
        if (_path is not null) File.WriteAllText(_path, _page.ToString());
        _page.Dispose();
    }
}
