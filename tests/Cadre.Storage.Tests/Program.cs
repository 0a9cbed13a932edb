using Cadre.Storage.Tests.Jsonl;
using Cadre.Storage.Tests.Sqlite;
using Xunit.MicrosoftTestingPlatform;
using Xunit.Runner.InProc.SystemConsole;

namespace Cadre.Storage.Tests;

/// <summary>The usual entry point of a test program, and beside it the process that a test kills.</summary>
internal static class Program
{
    public static async Task<int> Main(string[] args)
    {
        if (args is [DoomedWriter.Verb, var directory, var runs]) return await DoomedWriter.RunAsync(directory, int.Parse(runs));
        if (args is [DoomedWriter.HoldVerb, var held]) return await DoomedWriter.HoldAsync(held);
        if (args is [DoomedWriter.FullVerb, var full]) return await FullDisk.RunAsync(full);
        if (args is [DoomedStore.Verb, var database]) return await DoomedStore.RunAsync(database);
        if (args is [DoomedStore.FillVerb, var narrow, var ballast]) return await DoomedStore.FillAsync(narrow, ballast);
        return args.Any(argument => argument is "-automated" or "@@")
            ? await ConsoleRunner.Run(args)
            : await TestPlatformTestFramework.RunAsync(args, SelfRegisteredExtensions.AddSelfRegisteredExtensions);
    }
}
