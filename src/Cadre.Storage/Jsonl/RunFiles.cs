using Cadre.Engine.Runs;

namespace Cadre.Storage.Jsonl;

internal static class RunFiles
{
    /// <summary>The runs that have a file with something in it, newest root first, a root before its children.</summary>
    public static SortedSet<RunId> List(string directory)
    {
        var runs = new SortedSet<RunId>(Comparer<RunId>.Create(RunFileName.Compare));
        if (!Directory.Exists(directory)) return runs;
        foreach (var file in new DirectoryInfo(directory).EnumerateFiles(RunFileName.Pattern))
        {
            if (RunFileName.TryParse(file.Name, out var run) && file.Length > 0) runs.Add(run);
        }

        return runs;
    }
}
