using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Pujiang.Migrations.Sqlite.Migrations
{
    /// <inheritdoc />
    public partial class ListsWebhooksSignaturesPrograms : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropColumn(
                name: "key_id",
                table: "outbox_destination");

            migrationBuilder.AddColumn<string>(
                name: "algorithm",
                table: "outbox_destination",
                type: "TEXT",
                maxLength: 32,
                nullable: false,
                defaultValue: "");

            migrationBuilder.AddColumn<string>(
                name: "answers_signed_by",
                table: "outbox_destination",
                type: "TEXT",
                maxLength: 32,
                nullable: true);

            migrationBuilder.AddColumn<DateTime>(
                name: "paused_at",
                table: "outbox_destination",
                type: "TEXT",
                nullable: true);

            migrationBuilder.AddColumn<DateTime>(
                name: "proven_at",
                table: "outbox_destination",
                type: "TEXT",
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "answer_key_id",
                table: "outbox_attempt",
                type: "TEXT",
                maxLength: 64,
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "failure",
                table: "outbox_attempt",
                type: "TEXT",
                maxLength: 16,
                nullable: true);

            migrationBuilder.CreateTable(
                name: "documents_signature",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "TEXT", nullable: false),
                    document_id = table.Column<Guid>(type: "TEXT", nullable: false),
                    signer = table.Column<string>(type: "TEXT", maxLength: 80, nullable: false),
                    signer_name = table.Column<byte[]>(type: "BLOB", nullable: false),
                    intent = table.Column<string>(type: "TEXT", maxLength: 32, nullable: false),
                    signed_at = table.Column<DateTime>(type: "TEXT", nullable: false),
                    key_id = table.Column<string>(type: "TEXT", maxLength: 64, nullable: false),
                    proof = table.Column<byte[]>(type: "BLOB", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_documents_signature", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "documents_signing_request",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "TEXT", nullable: false),
                    document_id = table.Column<Guid>(type: "TEXT", nullable: false),
                    step = table.Column<int>(type: "INTEGER", nullable: false),
                    party_id = table.Column<Guid>(type: "TEXT", nullable: true),
                    partner = table.Column<string>(type: "TEXT", maxLength: 32, nullable: false),
                    name = table.Column<byte[]>(type: "BLOB", nullable: false),
                    intent = table.Column<string>(type: "TEXT", maxLength: 32, nullable: false),
                    asked_by = table.Column<string>(type: "TEXT", maxLength: 80, nullable: false),
                    asked_at = table.Column<DateTime>(type: "TEXT", nullable: false),
                    expires_at = table.Column<DateTime>(type: "TEXT", nullable: false),
                    state = table.Column<string>(type: "TEXT", maxLength: 32, nullable: false),
                    answered_at = table.Column<DateTime>(type: "TEXT", nullable: true),
                    reason = table.Column<byte[]>(type: "BLOB", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_documents_signing_request", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "oauth_client",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "TEXT", nullable: false),
                    kind = table.Column<string>(type: "TEXT", maxLength: 32, nullable: false),
                    party_id = table.Column<Guid>(type: "TEXT", nullable: true),
                    registered_at = table.Column<DateTime>(type: "TEXT", nullable: false),
                    ended_at = table.Column<DateTime>(type: "TEXT", nullable: true),
                    application_type = table.Column<string>(type: "TEXT", maxLength: 50, nullable: true),
                    client_id = table.Column<string>(type: "TEXT", maxLength: 100, nullable: true),
                    client_secret = table.Column<string>(type: "TEXT", nullable: true),
                    client_type = table.Column<string>(type: "TEXT", maxLength: 50, nullable: true),
                    concurrency_token = table.Column<string>(type: "TEXT", maxLength: 50, nullable: true),
                    consent_type = table.Column<string>(type: "TEXT", maxLength: 50, nullable: true),
                    display_name = table.Column<string>(type: "TEXT", nullable: true),
                    display_names = table.Column<string>(type: "TEXT", nullable: true),
                    json_web_key_set = table.Column<string>(type: "TEXT", nullable: true),
                    permissions = table.Column<string>(type: "TEXT", nullable: true),
                    post_logout_redirect_uris = table.Column<string>(type: "TEXT", nullable: true),
                    properties = table.Column<string>(type: "TEXT", nullable: true),
                    redirect_uris = table.Column<string>(type: "TEXT", nullable: true),
                    requirements = table.Column<string>(type: "TEXT", nullable: true),
                    settings = table.Column<string>(type: "TEXT", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_oauth_client", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "oauth_scope",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "TEXT", nullable: false),
                    concurrency_token = table.Column<string>(type: "TEXT", maxLength: 50, nullable: true),
                    description = table.Column<string>(type: "TEXT", nullable: true),
                    descriptions = table.Column<string>(type: "TEXT", nullable: true),
                    display_name = table.Column<string>(type: "TEXT", nullable: true),
                    display_names = table.Column<string>(type: "TEXT", nullable: true),
                    name = table.Column<string>(type: "TEXT", maxLength: 200, nullable: true),
                    properties = table.Column<string>(type: "TEXT", nullable: true),
                    resources = table.Column<string>(type: "TEXT", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_oauth_scope", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "screening_list_content",
                columns: table => new
                {
                    version_id = table.Column<Guid>(type: "TEXT", nullable: false),
                    package = table.Column<byte[]>(type: "BLOB", nullable: false),
                    changes = table.Column<string>(type: "TEXT", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_screening_list_content", x => x.version_id);
                });

            migrationBuilder.CreateTable(
                name: "screening_list_head",
                columns: table => new
                {
                    list = table.Column<string>(type: "TEXT", maxLength: 16, nullable: false),
                    version_id = table.Column<Guid>(type: "TEXT", nullable: false),
                    number = table.Column<long>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_screening_list_head", x => x.list);
                });

            migrationBuilder.CreateTable(
                name: "screening_list_version",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "TEXT", nullable: false),
                    list = table.Column<string>(type: "TEXT", maxLength: 16, nullable: false),
                    published_on = table.Column<DateOnly>(type: "TEXT", nullable: true),
                    hash = table.Column<string>(type: "TEXT", maxLength: 64, nullable: false),
                    entries = table.Column<int>(type: "INTEGER", nullable: false),
                    names = table.Column<int>(type: "INTEGER", nullable: false),
                    entries_before = table.Column<int>(type: "INTEGER", nullable: false),
                    added = table.Column<int>(type: "INTEGER", nullable: false),
                    removed = table.Column<int>(type: "INTEGER", nullable: false),
                    changed = table.Column<int>(type: "INTEGER", nullable: false),
                    imported_at = table.Column<DateTime>(type: "TEXT", nullable: false),
                    imported_by = table.Column<string>(type: "TEXT", maxLength: 96, nullable: false),
                    state = table.Column<string>(type: "TEXT", maxLength: 32, nullable: false),
                    in_force_at = table.Column<DateTime>(type: "TEXT", nullable: true),
                    approval = table.Column<Guid>(type: "TEXT", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_screening_list_version", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "oauth_consent",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "TEXT", nullable: false),
                    application_id = table.Column<Guid>(type: "TEXT", nullable: true),
                    concurrency_token = table.Column<string>(type: "TEXT", maxLength: 50, nullable: true),
                    creation_date = table.Column<DateTime>(type: "TEXT", nullable: true),
                    properties = table.Column<string>(type: "TEXT", nullable: true),
                    scopes = table.Column<string>(type: "TEXT", nullable: true),
                    status = table.Column<string>(type: "TEXT", maxLength: 50, nullable: true),
                    subject = table.Column<string>(type: "TEXT", maxLength: 400, nullable: true),
                    type = table.Column<string>(type: "TEXT", maxLength: 50, nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_oauth_consent", x => x.id);
                    table.ForeignKey(
                        name: "FK_oauth_consent_oauth_client_application_id",
                        column: x => x.application_id,
                        principalTable: "oauth_client",
                        principalColumn: "id");
                });

            migrationBuilder.CreateTable(
                name: "oauth_token",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "TEXT", nullable: false),
                    application_id = table.Column<Guid>(type: "TEXT", nullable: true),
                    authorization_id = table.Column<Guid>(type: "TEXT", nullable: true),
                    concurrency_token = table.Column<string>(type: "TEXT", maxLength: 50, nullable: true),
                    creation_date = table.Column<DateTime>(type: "TEXT", nullable: true),
                    expiration_date = table.Column<DateTime>(type: "TEXT", nullable: true),
                    payload = table.Column<string>(type: "TEXT", nullable: true),
                    properties = table.Column<string>(type: "TEXT", nullable: true),
                    redemption_date = table.Column<DateTime>(type: "TEXT", nullable: true),
                    reference_id = table.Column<string>(type: "TEXT", maxLength: 100, nullable: true),
                    status = table.Column<string>(type: "TEXT", maxLength: 50, nullable: true),
                    subject = table.Column<string>(type: "TEXT", maxLength: 400, nullable: true),
                    type = table.Column<string>(type: "TEXT", maxLength: 150, nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_oauth_token", x => x.id);
                    table.ForeignKey(
                        name: "FK_oauth_token_oauth_client_application_id",
                        column: x => x.application_id,
                        principalTable: "oauth_client",
                        principalColumn: "id");
                    table.ForeignKey(
                        name: "FK_oauth_token_oauth_consent_authorization_id",
                        column: x => x.authorization_id,
                        principalTable: "oauth_consent",
                        principalColumn: "id");
                });

            migrationBuilder.CreateIndex(
                name: "IX_outbox_message_created_at",
                table: "outbox_message",
                column: "created_at");

            migrationBuilder.CreateIndex(
                name: "IX_outbox_message_destination_state_number",
                table: "outbox_message",
                columns: new[] { "destination", "state", "number" });

            migrationBuilder.CreateIndex(
                name: "IX_documents_signature_document_id",
                table: "documents_signature",
                column: "document_id");

            migrationBuilder.CreateIndex(
                name: "IX_documents_signing_request_document_id",
                table: "documents_signing_request",
                column: "document_id");

            migrationBuilder.CreateIndex(
                name: "IX_documents_signing_request_partner_state",
                table: "documents_signing_request",
                columns: new[] { "partner", "state" });

            migrationBuilder.CreateIndex(
                name: "IX_documents_signing_request_party_id_state",
                table: "documents_signing_request",
                columns: new[] { "party_id", "state" });

            migrationBuilder.CreateIndex(
                name: "IX_oauth_client_client_id",
                table: "oauth_client",
                column: "client_id",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_oauth_client_party_id",
                table: "oauth_client",
                column: "party_id");

            migrationBuilder.CreateIndex(
                name: "IX_oauth_consent_application_id_status_subject_type",
                table: "oauth_consent",
                columns: new[] { "application_id", "status", "subject", "type" });

            migrationBuilder.CreateIndex(
                name: "IX_oauth_scope_name",
                table: "oauth_scope",
                column: "name",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_oauth_token_application_id_status_subject_type",
                table: "oauth_token",
                columns: new[] { "application_id", "status", "subject", "type" });

            migrationBuilder.CreateIndex(
                name: "IX_oauth_token_authorization_id",
                table: "oauth_token",
                column: "authorization_id");

            migrationBuilder.CreateIndex(
                name: "IX_oauth_token_expiration_date",
                table: "oauth_token",
                column: "expiration_date");

            migrationBuilder.CreateIndex(
                name: "IX_oauth_token_reference_id",
                table: "oauth_token",
                column: "reference_id",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_screening_list_version_list_imported_at",
                table: "screening_list_version",
                columns: new[] { "list", "imported_at" });
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "documents_signature");

            migrationBuilder.DropTable(
                name: "documents_signing_request");

            migrationBuilder.DropTable(
                name: "oauth_scope");

            migrationBuilder.DropTable(
                name: "oauth_token");

            migrationBuilder.DropTable(
                name: "screening_list_content");

            migrationBuilder.DropTable(
                name: "screening_list_head");

            migrationBuilder.DropTable(
                name: "screening_list_version");

            migrationBuilder.DropTable(
                name: "oauth_consent");

            migrationBuilder.DropTable(
                name: "oauth_client");

            migrationBuilder.DropIndex(
                name: "IX_outbox_message_created_at",
                table: "outbox_message");

            migrationBuilder.DropIndex(
                name: "IX_outbox_message_destination_state_number",
                table: "outbox_message");

            migrationBuilder.DropColumn(
                name: "algorithm",
                table: "outbox_destination");

            migrationBuilder.DropColumn(
                name: "answers_signed_by",
                table: "outbox_destination");

            migrationBuilder.DropColumn(
                name: "paused_at",
                table: "outbox_destination");

            migrationBuilder.DropColumn(
                name: "proven_at",
                table: "outbox_destination");

            migrationBuilder.DropColumn(
                name: "answer_key_id",
                table: "outbox_attempt");

            migrationBuilder.DropColumn(
                name: "failure",
                table: "outbox_attempt");

            migrationBuilder.AddColumn<string>(
                name: "key_id",
                table: "outbox_destination",
                type: "TEXT",
                maxLength: 64,
                nullable: true);
        }
    }
}
