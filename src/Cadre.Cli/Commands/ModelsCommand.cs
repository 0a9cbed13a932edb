using System.CommandLine;
using System.Globalization;
using Cadre.Cli.Hosting;
using Cadre.Cli.Rendering;
using Cadre.Cli.Settings;
using Cadre.Cli.Terminals;
using Cadre.Models.Capabilities;
using Cadre.Models.Prices;

namespace Cadre.Cli.Commands;

/// <summary><c>cadre models</c>: what the endpoint offers, what it can do, and what it costs.</summary>
internal static class ModelsCommand
{
    private const int EvidenceLength = 90;

    public static Command Create(Surroundings surroundings) => new("models", "List and probe the endpoint's models; show prices.")
    {
        List(surroundings), Probe(surroundings), Prices(surroundings),
    };

    private static Command List(Surroundings surroundings)
    {
        var json = CommonOptions.Json("Print one model a line as JSON.");
        return new Command("list", "List the endpoint's models.") { json }.Runs(surroundings, async (parsed, host, cancellationToken) =>
        {
            var model = (await host.ConnectAsync()).Model;
            var listing = await model.ListModelsAsync(cancellationToken);
            if (listing.Failure is { } failure) throw new CommandRefusedException($"{model.Endpoint.Address} gave no list of models: {failure.Message}");
            var lines = new JsonLines(surroundings.Terminal.Out);
            foreach (var listed in listing.Models)
            {
                if (!parsed.GetValue(json)) surroundings.Terminal.Print(listed.ContextWindow is { } window ? $"{listed.Id}  ({window:N0} tokens)" : listed.Id);
                else lines.Write(writer => WriteModel(writer, listed));
            }

            return ExitCode.Ok;
        });
    }

    private static void WriteModel(System.Text.Json.Utf8JsonWriter json, ListedModel listed)
    {
        json.WriteString("model", listed.Id);
        if (listed.ContextWindow is { } window) json.WriteNumber("context_window", window);
    }

    private static Command Probe(Surroundings surroundings)
    {
        var model = CommonOptions.Model();
        return new Command("probe", "Find out what the endpoint and a model can do, and remember it.") { model }.Runs(surroundings, async (_, host, cancellationToken) =>
        {
            var connected = (await host.ConnectAsync()).Model;
            surroundings.Terminal.Say($"Asking {connected.Endpoint.Address} about {host.Settings.Model} (about ten short requests) …");
            var card = await connected.ProbeAsync(host.Settings.Model, cancellationToken);
            var found = card.For(host.Settings.Model);
            var table = new TextTable("CAPABILITY", "FOUND", "EVIDENCE");
            Row(table, "answers", found.Answers);
            Row(table, "Responses API", found.Responses ?? card.Responses);
            Row(table, "list of models", card.ModelList);
            Row(table, "embeddings", card.Embeddings);
            Row(table, "tool arguments intact", found.ToolArguments);
            Row(table, "parallel calls", found.ParallelCalls);
            Row(table, "structured output", found.Schema);
            Row(table, "usage in streams", found.StreamingUsage);
            table.PrintTo(surroundings.Terminal);
            return found.Answers is { Value: true } ? ExitCode.Ok : ExitCode.Failed;
        });
    }

    private static void Row<T>(TextTable table, string name, Finding<T>? finding) => table.Row(
        name,
        finding switch { null => "not known", { Value: true } => "yes", { Value: false } => "no", _ => finding.Value!.ToString()! },
        TerminalText.Line(finding?.Evidence ?? "", EvidenceLength));

    private static Command Prices(Surroundings surroundings)
    {
        var model = new Argument<string?>("model") { Description = "One model; without it, the whole list.", Arity = ArgumentArity.ZeroOrOne };
        return new Command("prices", "Show the prices in force, in US dollars per million tokens.") { model }.Runs(surroundings, (parsed, host, _) =>
        {
            var list = PriceList.Default;
            if (File.Exists(host.Settings.PricesFile) && !PriceList.TryLoad(host.Settings.PricesFile, out list, out var problem)) throw new CommandRefusedException(problem, exitCode: ExitCode.Usage);
            Print(list, parsed.GetValue(model), host);
            return Task.FromResult(ExitCode.Ok);
        });
    }

    private static void Print(PriceList list, string? model, CadreHost host)
    {
        var terminal = host.Surroundings.Terminal;
        var endpoint = host.Settings.Endpoint;
        var hostName = endpoint is null ? "127.0.0.1" : endpoint.IsDefaultPort ? endpoint.Host : $"{endpoint.Host}:{endpoint.Port}";
        if (model is not null)
        {
            var price = list.Find(model, hostName);
            terminal.Print(price is null ? $"{model} at {hostName}: unpriced" : $"{model} at {hostName}: input {Dollars(price.Input)}, cached input {Dollars(price.CachedInput ?? price.Input)}, output {Dollars(price.Output)}");
            return;
        }

        var table = new TextTable("MODEL", "HOST", "INPUT", "CACHED", "OUTPUT");
        foreach (var entry in list.Entries) table.Row(entry.Model, entry.Host, Dollars(entry.Price.Input), Dollars(entry.Price.CachedInput ?? entry.Price.Input), Dollars(entry.Price.Output));
        table.PrintTo(terminal);
        terminal.Say($"Your own prices go into {host.Settings.PricesFile} ({SettingNames.ToolsDirectory}); they win over these.");
    }

    private static string Dollars(decimal price) => price.ToString("0.####", CultureInfo.InvariantCulture);
}
