using Cadre.McpFixture;

// A real MCP server for tests: standard input and output, or with --http a loopback port whose address is the first line that it prints.
var options = FixtureOptions.Parse(args);
if (!args.Contains("--http")) return await FixtureStdio.RunAsync(options);
await using var http = await FixtureHttp.StartAsync(options);
Console.WriteLine(http.Url);
await http.WaitAsync();
return 0;
