using Cadre.Knowledge.Extraction;
using Cadre.Sandbox.Landlock;
using Xunit.MicrosoftTestingPlatform;
using Xunit.Runner.InProc.SystemConsole;

namespace Cadre.Knowledge.Tests;

/// <summary>The usual entry point of a test program, and beside it the sandbox's and the parsers' processes.</summary>
internal static class Program
{
    public static async Task<int> Main(string[] args) => args switch
    {
        [LandlockLauncher.Verb, ..] => LandlockLauncher.Run(),
        [ExtractionChild.Verb, .. var rest] => ExtractionChild.Run(rest),
        _ when args.Any(argument => argument is "-automated" or "@@") => await ConsoleRunner.Run(args),
        _ => await TestPlatformTestFramework.RunAsync(args, SelfRegisteredExtensions.AddSelfRegisteredExtensions),
    };
}
