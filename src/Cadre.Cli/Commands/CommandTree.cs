using System.CommandLine;
using System.CommandLine.Help;
using Cadre.Cli.Terminals;

namespace Cadre.Cli.Commands;

/// <summary>Every command, listed.</summary>
internal static class CommandTree
{
    public static RootCommand Create(Surroundings surroundings)
    {
        var root = new RootCommand("Cadre works on a goal in your project: it plans, uses tools in a sandbox, reviews and answers.")
        {
            RunCommand.Create(surroundings),
            ResumeCommand.Create(surroundings),
            RunsCommand.Create(surroundings),
            ShowCommand.Create(surroundings),
            CancelCommand.Create(surroundings),
            Approvals.Create(surroundings),
            PoliciesCommand.Create(surroundings),
            ToolsCommand.Create(surroundings),
            McpCommand.Create(surroundings),
            ModelsCommand.Create(surroundings),
            AuditCommand.Create(surroundings),
            SmokeCommand.Create(surroundings),
            ServeCommand.Create(surroundings),
            KeysCommand.Create(surroundings),
            TokenCommand.Create(surroundings),
            ImportCommand.Create(surroundings),
            BackupCommand.Create(surroundings),
            SimulateCommand.Create(surroundings),
            DoctorCommand.Create(surroundings),
            CompletionCommand.Create(surroundings),
        };
        root.Add(CommonOptions.Workspace());
        if (root.Options.OfType<HelpOption>().FirstOrDefault() is { } help) help.Action = new HelpWithExamples((HelpAction)help.Action!, surroundings.Terminal);
        return root;
    }
}
