using System.CommandLine;
using Cadre.Cli.Hosting;
using Cadre.Cli.Rendering;
using Cadre.Cli.Settings;
using Cadre.Cli.Terminals;

namespace Cadre.Cli.Commands;

/// <summary><c>cadre policies show</c>: which policy is in force, rule by rule.</summary>
internal static class PolicyShowCommand
{
    private const int MatchesLength = 70;

    public static Command Create(Surroundings surroundings)
    {
        var json = CommonOptions.Json("Print the policy as one JSON object.");
        return new Command("show", "Show the policy in force, rule by rule.") { json }.Runs(surroundings, (parsed, host, _) =>
        {
            // Refused first when it is not valid: what is shown below is what was understood.
            var policy = host.Policies.Current;
            var rules = PolicyRuleRows.Read(host.Settings.PoliciesDirectory);
            if (parsed.GetValue(json)) Write(policy, rules, host);
            else Print(policy, rules, host);
            return Task.FromResult(ExitCode.Ok);
        });
    }

    private static void Print(Engine.Policies.Policy policy, IReadOnlyList<PolicyRuleRow> rules, CadreHost host)
    {
        var terminal = host.Surroundings.Terminal;
        terminal.Print($"policy   {PoliciesCommand.Where(host.Settings.PoliciesDirectory)}");
        terminal.Print($"hash     {policy.Hash}");
        terminal.Print($"network  {(policy.AllowNet ? "open as far as the rules say" : $"off ({SettingNames.AllowNet})")}; commands: {policy.CommandNetwork.ToString().ToLowerInvariant()}");
        terminal.Print($"budget   {BudgetText.Of(policy.Budget)}");
        terminal.Print("");
        var table = new TextTable("RULE", "VERDICT", "MATCHES", "BECAUSE");
        foreach (var rule in rules) table.Row(rule.Name, rule.Verdict, TerminalText.Line(rule.Matches, MatchesLength), rule.Because);
        table.PrintTo(terminal);
        terminal.Say("Every rule that matches speaks, and the strictest wins; a default answers where no rule matches. Try one: cadre policies explain 'CALL'");
    }

    private static void Write(Engine.Policies.Policy policy, IReadOnlyList<PolicyRuleRow> rules, CadreHost host) => new JsonLines(host.Surroundings.Terminal.Out).Write(json =>
    {
        json.WriteString("folder", Directory.Exists(host.Settings.PoliciesDirectory) ? host.Settings.PoliciesDirectory : null);
        json.WriteString("hash", policy.Hash);
        json.WriteBoolean("allow_net", policy.AllowNet);
        json.WriteString("command_network", policy.CommandNetwork.ToString().ToLowerInvariant());
        json.WriteStartArray("rules");
        foreach (var rule in rules)
        {
            json.WriteStartObject();
            json.WriteString("rule", rule.Name);
            json.WriteString("verdict", rule.Verdict);
            json.WriteString("matches", rule.Matches);
            json.WriteString("because", rule.Because);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    });
}
